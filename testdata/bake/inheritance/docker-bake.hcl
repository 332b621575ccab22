target "a" {
  args     = { K = "a", A = "1" }
  tags     = ["a"]
  platforms = ["linux/amd64"]
  cache-from = ["type=gha"]
  annotations = ["k=a"]
  secret = ["id=s,env=A", "id=t,env=T"]
  attest = ["type=sbom"]
}
target "b" {
  args       = { K = "b", B = "1" }
  cache-from = ["example/cache"]
  contexts   = { x = "docker-image://x" }
  secret     = ["id=s,env=B"]
  resources  = { memory = "1g" }
}
target "c" {
  inherits    = ["a", "b"]
  args        = { K = null, C = "1" }
  contexts    = { x = "" }
  platforms   = []
  annotations = ["k=c", "k=a"]
  attest      = ["type=sbom,disabled=true"]
  resources   = { cpu-quota = 50000 }
}

target "default" {
  description       = "the shop's front"
  annotations       = ["manifest:org.example.tier=front", "org.example.team=web"]
  args              = { GO = "1.26", DEBUG = false, JOBS = 4, UNSET = null }
  attest            = ["type=provenance,mode=max", { type = "sbom", generator = "example/scanner" }]
  cache-from        = ["example/shop:cache", { type = "local", src = "cache" }, ""]
  cache-to          = ["type=inline"]
  call              = "outline"
  context           = "./services/../front/"
  contexts          = { base = "docker-image://debian:13", tools = "./tools" }
  dockerfile        = "docker/Dockerfile"
  dockerfile-inline = "FROM base\nRUN echo $${HOME}\n"
  entitlements      = ["security.insecure"]
  extra-hosts       = { db = "10.0.0.2" }
  labels            = { "org.example.price" = "$${USD}", nothing = null }
  network           = "host"
  no-cache          = false
  no-cache-filter   = ["deps", "deps"]
  output            = ["type=image,push=false", { type = "oci", dest = "out.tar", compression = "zstd" }]
  platforms         = ["linux/amd64", "linux/arm64", "linux/amd64"]
  policy            = [{ filename = "shop.rego", strict = true }, "log-level=info"]
  pull              = true
  resources         = { memory = "2g", cpu-shares = 512, cpuset-cpus = "0-3" }
  secret            = ["id=token,env=SHOP_TOKEN", { id = "key", src = "key.txt" }]
  shm-size          = "128m"
  ssh               = [{ id = "deploy", paths = ["deploy.pem"] }]
  tags              = ["example/shop:front", "", "example/shop:front"]
  target            = "release"
  ulimits           = ["nofile=1024:4096"]
}

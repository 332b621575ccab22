target "web" {
  context  = "web"
  contexts = { lib = "../lib", img = "docker-image://x" }
}
target "bare" {
  dockerfile = "D"
}

target "app" {
  contexts  = { base = "target:base", tools = "target:tools" }
  platforms = ["linux/amd64", "linux/arm64"]
}
target "base" {
  contexts     = { tools = "target:tools" }
  entitlements = ["security.insecure"]
  output       = ["type=image"]
}
target "tools" {
  network = "host"
}

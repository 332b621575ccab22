target "base" {
  labels = { from = "file", own = "1" }
}
target "app" {
  inherits = ["base"]
  tags     = ["a"]
  output   = ["type=image"]
}
target "lib" {
  inherits     = ["base"]
  secret       = ["id=tok,env=TOK"]
  entitlements = ["network.host"]
}

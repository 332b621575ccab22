group "default" {
  targets = ["web", "_base"]
}
group "named" {
  description = "some"
  targets     = ["web"]
}
target "web" {
  inherits = ["_base"]
}
target "_base" {
  description = "inherited"
}

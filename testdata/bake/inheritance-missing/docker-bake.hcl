target "default" {
  inherits = ["_commn"]
}
target "_common" {}

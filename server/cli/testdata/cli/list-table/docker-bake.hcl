group "default" {
  targets = ["b", "a"]
  description = "all"
}
target "a" { description = "first" }
target "b" {}
target "_c" {}

group "x" {
  targets = ["y"]
}
group "y" {
  targets = ["x", "a", "aa"]
}
target "a" {}

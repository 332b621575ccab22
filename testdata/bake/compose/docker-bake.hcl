target "web" {
  inherits = ["_labels"]
  args     = { EXTRA = "1" }
}
target "_labels" {
  labels = { vendor = "Example" }
}

target "a" {
  inherits = ["b"]
  args     = { A = "1" }
}
target "b" {
  inherits = ["c"]
  args     = { B = "1" }
}
target "c" {
  inherits = ["a"]
  args     = { C = "1" }
}

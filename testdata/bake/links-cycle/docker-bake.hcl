target "app" {
  contexts = { base = "target:base" }
}
target "base" {
  contexts = { app = "target:app" }
}
target "self" {
  contexts = { me = "target:self" }
}
target "lost" {
  contexts = { b = "target:bse" }
}

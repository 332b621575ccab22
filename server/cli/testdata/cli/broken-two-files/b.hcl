target "api" {
  contexts = { base = "target:bse" }
}

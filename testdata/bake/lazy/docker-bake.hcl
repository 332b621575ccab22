target "default" {
  tags = [try(MISSING, "fallback"), can(MISSING) ? "yes" : "no"]
  args = { v = true ? "ok" : [][0] }
}
target "other" {
  tags = [parseint("x", 10)]
}

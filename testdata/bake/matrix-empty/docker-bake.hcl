target "none" {
  name   = "none-${x}"
  matrix = { x = [] }
}

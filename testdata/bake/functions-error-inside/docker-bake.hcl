function "half" {
  params = [n]
  result = divide(n, "two")
}
target "default" {
  args = { a = half(1), b = half(2) }
}

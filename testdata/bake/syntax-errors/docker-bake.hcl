target "a" {
  tags = ["x"
}
target "b" {
  tags = ["unclosed]
}
target "c" {
  tags = @
  args = { A = "1" }
}
target "d" {
  tags = ["d"]

target "default" {
  tags = setproduct(range(1000), range(1000), range(1000))
  args = { a = indent(100000000, "\n"), b = format("%100000000d", 1) }
}

target "default" {
  tags      = "web"
  no-cache  = "sometimes"
  args      = ["A=1"]
  platforms = { linux = true }
  output    = [{ dest = 1 }]
}

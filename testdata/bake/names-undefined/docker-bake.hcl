variable "REGISTRY" {
  default = "x"
}
target "default" {
  tags = ["${REGISTY}/app", "b"]
  args = { A = UNKNOWN }
}

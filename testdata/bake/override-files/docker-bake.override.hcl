variable "V" {
  default = "second"
}
target "default" {
  args = { B = "2" }
}

variable "A" {
  default = "file"
}
target "default" {
  tags = [A]
}

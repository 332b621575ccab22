variable "V" {
  default = "1"

target "default" {
  tags = [V]
}

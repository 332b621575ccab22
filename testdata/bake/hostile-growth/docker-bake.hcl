variable "A0" {
  default = "xxxxxxxxxxxxxxxx"
}
variable "A1" {
  default = "${A0}${A0}${A0}${A0}"
}
variable "A2" {
  default = "${A1}${A1}${A1}${A1}"
}
variable "A3" {
  default = "${A2}${A2}${A2}${A2}"
}
variable "A4" {
  default = "${A3}${A3}${A3}${A3}"
}
variable "A5" {
  default = "${A4}${A4}${A4}${A4}"
}
variable "A6" {
  default = "${A5}${A5}${A5}${A5}"
}
variable "A7" {
  default = "${A6}${A6}${A6}${A6}"
}
variable "A8" {
  default = "${A7}${A7}${A7}${A7}"
}
variable "A9" {
  default = "${A8}${A8}${A8}${A8}"
}
variable "A10" {
  default = "${A9}${A9}${A9}${A9}"
}
variable "A11" {
  default = "${A10}${A10}${A10}${A10}"
}
variable "A12" {
  default = "${A11}${A11}${A11}${A11}"
}
variable "A13" {
  default = "${A12}${A12}${A12}${A12}"
}
variable "A14" {
  default = "${A13}${A13}${A13}${A13}"
}
variable "A15" {
  default = "${A14}${A14}${A14}${A14}"
}

target "default" {
  tags = [A15]
}

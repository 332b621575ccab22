variable "A" {
  default = "${B}-a"
}
variable "B" {
  default = lower(C)
}
variable "C" {
  default = A
}
variable "D" {
  default = MISSING
}
target "default" {
  tags = [A]
}

variable "A" {
  description = "a number"
  type = number
}
variable "B" { default = ["x", 1] }
variable "C" { type = string }
variable "S" {
  default = "hidden"
  sensitive = true
}

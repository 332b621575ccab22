variable "PORT" {
  default = 80
}
variable "TAGS" {
  default = ["latest"]
}
variable "DEBUG" {
  type    = bool
  default = false
}
target "default" {}

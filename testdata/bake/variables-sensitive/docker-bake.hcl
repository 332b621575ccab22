variable "TOKEN" {
  default   = ""
  sensitive = true
}
variable "PIN" {
  type      = number
  sensitive = true
}
target "default" {
  args = { T = parseint(TOKEN, 10) }
}

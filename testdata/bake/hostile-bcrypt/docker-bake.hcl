variable "A" { default = bcrypt("x", 20) }
target "default" {}

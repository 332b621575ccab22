target {}
variable "a" "b" {}
target "bad name" {}
target "default" {}

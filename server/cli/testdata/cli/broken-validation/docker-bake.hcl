variable "LEVEL" {
  type    = number
  default = 1
}
variable "MODE" {
  default = "slow"
  validation {
    condition     = contains(["slow", "safe"], MODE)
    error_message = "MODE is slow or safe, not ${MODE}."
  }
}
target "default" {}

variable "REPLICAS" {
  default = 1
  validation {
    condition     = REPLICAS > 0
    error_message = "At least one."
  }
  validation {
    condition     = REPLICAS <= MOST
    error_message = "${REPLICAS} are more than ${MOST}."
  }
}
variable "MOST" {
  default = 10
}
target "default" {}

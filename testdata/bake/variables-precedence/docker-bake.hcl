GLOBAL = "global"
variable "GLOBAL" {
  default = "variable"
}
variable "A" {
  default = "file"
}
variable "B" {
  default = "file"
}
variable "C" {
  default = "file"
}
target "default" {
  tags = [A, B, C, GLOBAL, BAKE_CMD_CONTEXT, BAKE_LOCAL_PLATFORM]
}

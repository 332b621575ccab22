variable "PUSH" {
  default = false
}
variable "CACHE" {
  default = ""
}
target "default" {
  output     = PUSH ? ["type=registry"] : ["type=docker"]
  cache-to   = CACHE == "" ? [] : ["type=registry,ref=${CACHE}"]
  cache-from = [CACHE == "" ? "" : "type=registry,ref=${CACHE}"]
  tags       = [PUSH ? "pushed" : "", "always"]
  target     = null
}

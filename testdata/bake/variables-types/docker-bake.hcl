variable "LIST" {
  type    = list(string)
  default = []
}
variable "MAP" {
  type = map(string)
}
variable "NUM" {
  default = 1
}
variable "FLAG" {
  default = false
}
variable "OBJ" {
  type    = object({ name = string, size = optional(number, 3) })
  default = { name = "own" }
}
variable "PAIR" {
  type = tuple([string, number])
}
variable "NOTHING" {
  type = string
}
target "default" {
  args = {
    LIST = jsonencode(LIST), MAP = jsonencode(MAP), NUM = NUM, FLAG = FLAG, OBJ = jsonencode(OBJ),
    PAIR = jsonencode(PAIR), NOTHING = NOTHING == null ? "null" : "set"
  }
}

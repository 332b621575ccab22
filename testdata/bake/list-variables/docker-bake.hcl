variable "NAME" {
  description = "who"
}
variable "LIST" {
  type    = list(number)
  default = [1, 2]
}
variable "NOTHING" {
  type = map(string)
}
variable "SECRET" {
  default   = "hush"
  sensitive = true
}

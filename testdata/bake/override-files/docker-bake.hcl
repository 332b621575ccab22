variable "V" {
  default = "first"
}
target "default" {
  tags = [V]
  args = { A = "1", B = "1" }
}
group "all" {
  targets = ["default"]
}

target "default" {
  tag        = ["front"]
  dockerFile = "D"
  args {
    A = "1"
  }
}
varible "X" {
  default = 1
}
group "all" {
  target = ["default"]
  targets = ["default"]
}
variable "Y" {
  defualt = 2
}

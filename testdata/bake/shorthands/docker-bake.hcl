target "a" {}
target "b" {
  output = ["type=image"]
}
target "c" {
  output = ["out"]
}
target "d" {
  output = ["type=registry", "type=docker"]
}

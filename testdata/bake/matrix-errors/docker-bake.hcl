target "a" {
  name   = "same"
  matrix = { x = ["1", "2"] }
}
target "b" {
  name = "b"
}
target "c" {
  name   = "c.${x}"
  matrix = { x = ["1"] }
}
target "d" {
  name   = "d"
  matrix = { x = "1" }
}
group "e" {
  matrix  = { x = ["1"] }
  targets = []
}
target "f" {
  matrix = { x = ["1", "2"] }
}

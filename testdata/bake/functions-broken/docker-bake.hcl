function "noresult" {
  params = [a]
}
function "noparams" {
  result = 1
}
function "badparams" {
  params = ["a b"]
  result = 1
}
target "default" {}

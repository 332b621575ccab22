function "even" {
  params = [n]
  result = n == 0 ? true : odd(n - 1)
}
function "odd" {
  params = [n]
  result = n == 0 ? false : even(n - 1)
}
target "default" {
  args = { e = even(4) }
}

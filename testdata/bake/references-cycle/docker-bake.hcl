target "a" {
  args = { X = target.b.args.X }
}
target "b" {
  args = { X = target.a.args.X }
}
target "c" {
  tags = [target["a"].tags[0]]
}
target "d" {
  args = { all = jsonencode(target) }
}
group "default" {
  targets = ["a"]
}

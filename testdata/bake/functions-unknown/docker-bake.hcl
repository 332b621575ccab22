target "default" {
  tags = [uper("a"), join("-", ["b"]), nothinglikeit()]
}

target "default" {
  ulimits = ["nofile=5:1"]
}

target "default" {
  network = "host"
  dockerfile-inline = "FROM scratch"
}

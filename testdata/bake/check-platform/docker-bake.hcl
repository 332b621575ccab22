target "default" {
  platforms = ["li nux/amd64"]
}

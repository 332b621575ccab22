target "default" {
  secret = ["id=tok,src=nowhere.txt"]
}

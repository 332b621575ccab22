target "web" {
  context      = ".."
  network      = "host"
  entitlements = ["security.insecure"]
  output       = ["type=local,dest=/nowhere/out"]
  contexts     = { here = "." }
}

target "app" {
  platforms = ["linux/amd64", "linux/arm64"]
  contexts  = { base = "target:base" }
}
target "base" {
  platforms = ["linux/amd64", "linux/riscv64"]
}

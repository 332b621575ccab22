target "web-1" {}
target "web-2" {}
target "web-10" {}
target "docs" {}

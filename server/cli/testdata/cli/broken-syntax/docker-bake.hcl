variable "TAG" {
  default = "latest"

target "web" {
  tags = ["web:${TAG}"
}

target "api" { context = "api" dockerfile = "Dockerfile" }

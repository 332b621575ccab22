target "default" {
  dockerfile-inline = <<EOT
FROM base
}

variable "REGISTRY" {
  default = "example.com"
}

function "tag" {
  params = [name]
  result = "${REGISTRI}/${name}"
}

target "default" {
  inherits = ["_comon"]
  tags     = [tagg("web"), tag("api", "extra")]
  args     = { V = uper(REGISTRY) }
}

target "_common" {
  labels = { who = targt.default.tags }
}

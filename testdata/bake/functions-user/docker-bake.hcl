function "image" {
  params          = [name]
  variadic_params = tags
  result          = [for t in tags : "${REGISTRY}/${slug(name)}:${t}"]
}
function "slug" {
  params = [s]
  result = replace(lower(s), " ", "-")
}
variable "REGISTRY" {
  default = "example.com"
}
target "default" {
  tags = image("My Shop", "1", "latest")
  args = { NONE = length(image("x")) }
}

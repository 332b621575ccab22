# The images of the storefront. `buildlens bake` builds all of them; the base
# images are OCI layouts below images/, so that no registry is needed.

variable "REGISTRY" {
  description = "Where the images go when they are pushed."
  default     = "registry.example.com/storefront"
}

variable "VERSION" {
  description = "Version that goes into the tags and the programs."
  default     = "dev"

  validation {
    condition     = VERSION == regex("^[a-z0-9.-]+$", VERSION)
    error_message = "VERSION may hold lower-case letters, digits, dots and dashes only."
  }
}

variable "OUTPUT" {
  description = "Folder for the OCI archives."
  default     = "dist"
}

variable "THEMES" {
  type    = list(string)
  default = ["shop", "admin"]
}

# The full name of a service's image.
function "image" {
  params = [name]
  result = "${REGISTRY}/${name}:${VERSION}"
}

group "default" {
  description = "Everything that is deployed."
  targets     = ["api", "worker", "web"]
}

group "backend" {
  targets = ["api", "worker"]
}

target "_common" {
  args = {
    VERSION = VERSION
  }
  contexts = {
    busybox = "oci-layout://images/busybox"
  }
  labels = {
    "org.opencontainers.image.title"   = "storefront"
    "org.opencontainers.image.version" = VERSION
  }
}

target "api" {
  inherits    = ["_common"]
  description = "The catalogue, a Go program."
  context     = "services/api"
  target      = "release"
  contexts = {
    golang = "oci-layout://images/golang"
  }
  secret = ["id=signing-key,src=secrets/signing.key"]
  tags   = [image("api")]
  output = ["type=oci,dest=${OUTPUT}/api.tar"]
}

target "worker" {
  inherits    = ["_common"]
  description = "The order queue, a C program."
  context     = "services/worker"
  args = {
    OPTIMISE = "2"
  }
  contexts = {
    tcc = "oci-layout://images/tcc"
  }
  tags   = [image("worker")]
  output = ["type=oci,dest=${OUTPUT}/worker.tar"]
}

# One image a theme: web-shop and web-admin.
target "web" {
  name        = "web-${theme}"
  inherits    = ["_common"]
  description = "The pages, served by a shell script."
  context     = "services/web"
  matrix = {
    theme = THEMES
  }
  args = {
    THEME = theme
  }
  tags   = [image("web-${theme}")]
  output = ["type=oci,dest=${OUTPUT}/web-${theme}.tar"]
}

# line comment
// another
/* block
   comment */ variable "TAG" {
  type    = string
  default = "v${1 + 2}-\n$${no}"
}

variable "list" { default = ["a", null, true, 1.5e3] }

function "join_all" {
  params         = [xs]
  variadic_params = rest
  result = join("-", [for i, x in xs : upper(x) if x != ""]...)
}

target "app-${x}" {
  inherits = ["_base"]
  args = {
    GO_VERSION = TAG
    "quoted.key" = equal(TAG, "x") ? "y" : null
    A: target._base.args["B"]
  }
  matrix = { os = ["linux"], arch = ["amd64", "arm64"] }
  dockerfile-inline = <<-EOT
    FROM scratch AS base
    COPY ${TAG} /x
    EOT
  labels = { text = <<END
a %{ if TAG == "x" ~}b%{ endif }
END
  }
  platforms = notequal(list, []) && !false ? ["linux/${list[0]}"] : list[*].name
}

group default {
  targets = ["app"]
}

broken "unclosed {
  after = 1
}

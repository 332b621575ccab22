variable "NAMES" {
  default = ["a", "b"]
}
target "default" {
  dockerfile-inline = <<-EOT
    FROM base
    %{ for n in NAMES ~}
    RUN install ${n}
    %{ endfor ~}
  EOT
  args = {
    joined = "%{ if length(NAMES) > 1 }many%{ else }one%{ endif }"
    splat  = join(",", [{ n = "x" }, { n = "y" }][*].n)
    map    = jsonencode({ for n in NAMES : n => upper(n) })
    cond   = NAMES[0] == "a" ? "first" : "other"
  }
}

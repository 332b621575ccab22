target "shop" {
  name = "shop-${replace(version, ".", "-")}-${item.os}"
  matrix = {
    version = ["1.0", "2.0"]
    item    = [{ os = "deb", base = "debian" }, { os = "alp", base = "alpine" }]
  }
  args     = { BASE = item.base, VERSION = version }
  inherits = version == "1.0" ? ["_old"] : []
}
target "_old" {
  labels = { old = "yes" }
}
target "shop-2-0-deb" {
  tags = ["special"]
}

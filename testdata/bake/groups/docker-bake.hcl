group "all" {
  description = "everything"
  targets     = ["services", "docs", "web"]
}
group "services" {
  targets = ["web", "worker"]
}
group "unused" {
  targets = []
}
target "web" {}
target "worker" {}
target "docs" {}

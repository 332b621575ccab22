# What differs on a developer's machine: nothing is tagged for the registry's
# release channel, and the source is named.
target "_common" {
  labels = {
    "org.opencontainers.image.source" = "https://git.example.com/storefront"
  }
}

target "shop" {}

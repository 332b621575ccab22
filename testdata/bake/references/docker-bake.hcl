target "base" {
  args = { VERSION = "1.0" }
  tags = [target.app.target]
}
target "app" {
  inherits = ["base"]
  tags     = ["app:${target.base.args.VERSION}"]
  target   = "app"
  labels = {
    inherited = target.app.args == null ? "unset" : "set"
    output    = target.lib.output[0].type
  }
}
target "lib" {
  output = ["type=local,dest=out"]
}
group "default" {
  targets = ["app", "base"]
}

target "default" {
  context    = "cwd://lib/../core"
  dockerfile = "cwd://D"
  contexts = { git = "https://github.com/example/x.git#main:dir", here = ".", up = "./../x", lay = "oci-layout://./layout:tag" }
}

target "default" {
  tags      = "front"
  args      = { PORTS = [80, 443] }
  no-cache  = "perhaps"
  platforms = [["linux/amd64"]]
  output    = ["type=local,dest"]
  secret    = ["id=a,color=blue"]
  resources = { memory = "1g", wheels = 4 }
}

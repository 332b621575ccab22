variable "A" { default = B }
variable "B" { default = C }
variable "C" { default = A }
group "default" { targets = ["x"] }
group "x" { targets = ["y"] }
group "y" { targets = ["x"] }

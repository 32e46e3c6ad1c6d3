variable "shop" {
  description = "has no value"
}

variable "rate" {
  default = 20
}

variable "base" {
  default = local.x
  tipe    = string
}

variable "1st" {
  default = 1
}

variable "rate" {
  default = 10
}

locals {
  x = var.rat + var.nothing
}

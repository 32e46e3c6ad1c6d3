variable "shop" {
  type = strng
}

variable "vat" {
  type    = number
  default = "much"
}

variable "rates" {
  type = map(number)
}

variable "brands" {
  default = { acme = "ACME" }
}

variable "on" {
  default = false
}

variable "password" {
  type = list(string)
}

variable "host" {
  type = string
}

locals {
  all = [var.shop, var.vat, var.rates, var.brands, var.on, var.password, var.host]
}

variable "rate" { default = 20 }
variable "rates" { default = 20 }

locals {
  vat   = 1 + var.rate / 100
  half  = local.vat / 2
  third = local.half / 3
}

source "products_manager" "pm" {
  url     = "https://pm.example.com"
  api_key = env("PM_API_KEY")
}

source "products_manager" "old" {
  url     = "https://old.example.com"
  api_key = env("PM_API_KEY")
}

source "odoo" "erp" {
  url      = env("ODOO_URL")
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}

media "folder" "images" {
  path       = "/srv/images"
  public_url = "https://media.example.com"
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
    field "price" {
      erp    = "list_price"
      to_erp = value / local.vat
    }
  }
}

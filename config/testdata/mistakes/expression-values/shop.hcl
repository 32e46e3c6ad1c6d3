locals {
  vat     = "20 %"
  rates   = { de = 19 }
  digits  = -1.5
  passwd  = "s3cr3t-that-must-not-be-shown"
  api_key = "s3cr3t-that-must-not-be-shown"
  factor  = upper(local.vat)
  net     = 1 + local.vat / 100
  hidden  = 1 + local.api_key
  used_so = parseint(local.passwd, 10)
}

variable "rate" { default = "twenty" }

source "products_manager" "pm" {
  url     = "https://pm.example.com"
  api_key = local.passwd
}

source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
  workers  = 2 * var.rate
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    field "title" { erp = "name" }
    field "sku" {
      erp    = "default_code"
      to_erp = substr(value, 0, local.rates)
    }
    field "price" {
      erp    = "list_price"
      to_erp = value * local.vat
      to_pm  = round(value, local.digits) + record.is_active
    }
  }
}

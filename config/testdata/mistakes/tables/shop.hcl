locals {
  missing = table("colour.csv", "code", "label")
  column  = table("colours.csv", "cod", "label")
  double  = table("double.csv", "code", "label")
  latin   = table("latin.csv", "code", "label")
  short   = table("colours.csv")
}

source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}

source "products_manager" "pm" {
  url     = "https://pm.example.com/api/v1"
  api_key = env("PM_API_KEY")
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "brand" {
      erp    = "x_brand"
      to_erp = lookup(table("colours.csv", "code", "label"), value, local.nothing)
    }
  }
}

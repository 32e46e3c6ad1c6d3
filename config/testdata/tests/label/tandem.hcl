locals {
  key = env("PM_API_KEY")
}

source "products_manager" "base" {
  url     = env("NOT_SET_URL")
  api_key = env("NOT_SET_KEY")
}

source "odoo" "erp" {
  url      = env("NOT_SET_URL")
  database = "example"
  login    = "sync@example.com"
  api_key  = credential("not_there")
}

pipeline "products" {
  left  = source.products_manager.base
  right = source.odoo.erp

  filter {
    where = record.status != "draft"
  }

  mapping {
    defaults = true
    without  = ["stock_quantity", "images[0].url"]
    field "attributes.color" {
      erp = "x_color"
    }
  }
}

locals {
  vat = 1.20
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  delete = "archive"
  mapping {
    defaults = ture
    field "title" {
      erp = "name
    }
    field "price" {
      erp    = "list_price"
      to_erp = round(value / local.vat, 2
      to_pm  = rond(value * local.vta, 2)
    }
    field "brand_name" { erp = x_brand }
    field "color" { erp: "x_color" }
  }
  conflict {
    strategy = "latest" "pm"
    field "price" { strategy = "odoo" }
  }
}

pipeline "second" {
  left  = source.products_manager.pm
  right = source.odoo.erb
  mapping {
    defaults = true

locals {
  rate = env("PM_API_KEY")
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "price" {
      erp    = "list_price"
      to_erp = value * local.rate
      to_pm  = lookup(local, "rate")
    }
  }
}

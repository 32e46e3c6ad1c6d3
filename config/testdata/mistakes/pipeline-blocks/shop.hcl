pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule = "5m"
  left {}
  mapping {
    defaults = true
  }
}

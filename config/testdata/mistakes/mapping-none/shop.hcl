pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
}
pipeline "empty" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {}
}
pipeline "defaults" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  match = []
  mapping {
    defaults = "yes"
  }
}

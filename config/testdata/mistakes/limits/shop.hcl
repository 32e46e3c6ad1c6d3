pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  limits {
    updates      = "50"
    deletes      = -1
    zeroed_stock = "120%"
    creates      = true
    create       = 5
  }
  mapping {
    defaults = true
  }
}

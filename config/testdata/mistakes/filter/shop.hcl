pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  filter {
    categories = ["", "Clothing/**x"]
    wher       = true
  }
  mapping {
    defaults = true
  }
}

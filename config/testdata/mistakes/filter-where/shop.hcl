pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  filter {
    categories = ["/", "Clothing/a**"]
    where      = value != null && record.status
  }
  mapping {
    defaults = true
  }
}

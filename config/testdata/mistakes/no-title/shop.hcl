pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    field "attributes.color" {
      erp = "x_color"
    }
  }
}

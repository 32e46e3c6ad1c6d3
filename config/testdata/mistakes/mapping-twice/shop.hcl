pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "attributes.ref" {
      erp = "default_code"
    }
    field "a" {
      erp = "x_a"
    }
    field "b" {
      erp = "x_a"
    }
  }
}

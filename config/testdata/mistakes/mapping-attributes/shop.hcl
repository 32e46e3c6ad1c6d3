pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    default = true
    field "price" {
      erp    = "list_price"
      to_epr = value
      to_odo = value
      pm     = "price"
    }
    field "description" {
      pm = "description"
    }
    field "custom" {
      to_erp = value
    }
    feild "x" {}
  }
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  direction = "to_erp"
  mapping {
    field "title" {
      erp      = "name"
      required = false
    }
    field "sku" { erp = "default_code" }
    field "changed" {
      erp       = "write_date"
      direction = "to_erp"
    }
    field "made" {
      erp = "create_date"
    }
    field "price" {
      erp   = "list_price"
      to_pm = value * 1.2
    }
  }
}

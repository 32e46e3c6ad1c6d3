pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  conflict {
    strategy = "odoo"
    field "price" {
      strategy = "lates"
    }
    field "price" {
      strategy = "pm"
    }
    field "list_price" {
      strategy = "pm"
    }
    field "stock_quantity" {
      strategy = "pm"
    }
    field "sku" {}
    field "titel" {
      strategies = "pm"
    }
  }
  mapping {
    defaults = true
  }
}

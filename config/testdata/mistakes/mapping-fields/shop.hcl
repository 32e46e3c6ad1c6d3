pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "titel" {
      erp = "x_title"
    }
    field "name of it" {
      erp = "name"
    }
    field "color" {
      erp = "barcod"
    }
    field "price" {
      erp = "list_price"
    }
    field "price" {
      erp = "lst_price"
    }
  }
}

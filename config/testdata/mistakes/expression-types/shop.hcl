pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "price" {
      erp    = "list_price"
      to_erp = "${value} EUR"
      to_pm  = value > 0
    }
    field "cost_price" {
      erp    = "standard_price"
      to_erp = "free"
      to_pm  = [value]
    }
    field "category" {
      erp   = "categ_id"
      to_pm = 5
    }
    field "is_active" {
      erp   = "active"
      to_pm = "perhaps"
    }
    field "weight" {
      erp    = "weight"
      to_erp = value > 0 ? value : ""
      to_pm  = record.name.first
    }
  }
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
    field "is_active" { erp = "list_price" }
    field "price" { erp = "categ_id" }
    field "category" {
      erp    = "weight"
      to_erp = length(value)
      to_pm  = tostring(value)
    }
    field "cost_price" {
      erp       = "active"
      direction = "to_erp"
    }
  }
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
    category "Clothing" { erp = "All / Apparel" }
  }
}

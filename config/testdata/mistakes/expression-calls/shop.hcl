pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "price" {
      erp    = "list_price"
      to_erp = round()
      to_pm  = tax_included(value)
    }
    field "sku" {
      erp    = "default_code"
      to_erp = upper(value, 1)
      to_pm  = replace("a", "b")
    }
    field "title" {
      erp    = "name"
      to_erp = regex("(", value)
      to_pm  = lookup("map", value)
    }
  }
}

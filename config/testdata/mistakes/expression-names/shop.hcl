pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "price" {
      erp    = "list_price"
      to_erp = valu * locl.vat
      to_pm  = round(value * local.vat, digits)
    }
    field "sku" {
      erp    = "default_code"
      to_erp = uper(value)
      to_pm  = env("PM_API_KEY")
    }
    field "title" {
      erp    = "name"
      to_erp = source.products_manager.pm
      to_pm  = record[0]
    }
  }
}

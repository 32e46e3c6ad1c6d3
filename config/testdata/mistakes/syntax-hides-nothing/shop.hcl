source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = local.login
  api_key  = env("ODOO_API_KEY")
  langage  = "fr_FR"
}

pipeline "products" {
  left   = source.products_manager.pm
  right  = source.odoo.erp
  delete = "archive"
  mapping {
    field "price" {
      erp    = "list_price"
      to_erp = rond(value / local.vat, 2)
    }
  }
}

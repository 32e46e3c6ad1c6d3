source "products_manager" "pm" {
  url     = "https://pm.example.com"
  api_key = env("PM_API_KEY")
}

source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}

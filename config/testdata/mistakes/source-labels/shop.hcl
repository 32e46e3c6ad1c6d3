source "odo" "erp" {}

source "odoo" "latest" {}

source "odoo" "my erp" {}

source "products_manager" "pm" {
  url = "https://a.example.com"
}

source "odoo" "pm" {
  url      = "https://b.example.com"
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}

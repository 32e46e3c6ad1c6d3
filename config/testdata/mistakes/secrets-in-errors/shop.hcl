locals {
  key   = env("ODOO_API_KEY")
  count = parseint(local.key, 10)
}

source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = "sync"
  api_key  = local.key
  protocol = local.key
  timeout  = env("ODOO_API_KEY")
  workers  = upper(local.key) * 2
}

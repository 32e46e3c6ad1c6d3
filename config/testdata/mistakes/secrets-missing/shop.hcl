source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = env("ODOO_LOGIN")
  api_key  = credential("odoo_webhok")
  password = file("no-such-file")
}

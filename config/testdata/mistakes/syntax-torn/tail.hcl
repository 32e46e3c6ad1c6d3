source "odoo" "two" {
  url      = "https://two.example.com"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
  stock {
    warehouse = "WH"

pipeline "third" {
  left  = source.odoo.two
  rihgt = source.odoo.erp
}

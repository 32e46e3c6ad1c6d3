source "odoo" "erp" {
  url      = env("ODOO_API_KEY")
  database = "shop"
  login    = "sync"
  protocol = "json2"
  stock {
    warehouse = "?"
  }
}

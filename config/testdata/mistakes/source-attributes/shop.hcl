source "odoo" "erp" {
  ulr      = "https://odoo.example.com"
  database = "shop"
  login    = ""
  api_key  = env("ODOO_API_KEY")
  timeout  = 120
  company  = "first"
  workers  = 1.5
  stock    = "WH"
  categories {
    create = "perhaps"
    rot    = "All"
  }
}

stage        = "production"
odoo_api_key = env("PRODUCTION_ODOO_API_KEY")
pm_api_key   = env("PRODUCTION_PM_API_KEY")
every        = "5m"
max_updates  = "50%"

odoo = {
  url       = "https://example.odoo.com"
  database  = "example"
  login     = "sync@example.com"
  warehouse = "WH"
}

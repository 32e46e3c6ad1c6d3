stage        = "staging"
odoo_api_key = env("STAGING_ODOO_API_KEY")
pm_api_key   = env("STAGING_PM_API_KEY")
every        = "1h"
max_updates  = "10%"

odoo = {
  url       = "https://example-staging.odoo.com"
  database  = "example-staging"
  login     = "sync@example.com"
  warehouse = "WH"
}

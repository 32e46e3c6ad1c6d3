source "products_manager" "pm" {
  url     = env("NOT_SET_URL")
  api_key = env("NOT_SET_KEY")
}

source "odoo" "erp" {
  url      = env("NOT_SET_URL")
  database = "example"
  login    = "sync@example.com"
  api_key  = credential("not_there")
}


# One Odoo and two shops, each with an account of Products Manager: the retail shop, whose staff edit the catalogue, and the
# trade shop, which shows what it is given.

daemon {
  state_dir = "/var/lib/tandem"
}

source "products_manager" "retail" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("RETAIL_API_KEY")
}

source "products_manager" "trade" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("TRADE_API_KEY")
}

source "odoo" "erp" {
  url      = "https://example.odoo.com"
  database = "example"
  login    = "sync@example.com"
  api_key  = env("ODOO_API_KEY")

  stock {
    warehouse = "WH"
    quantity  = "free" # both shops sell from it
  }
}

# Where images of Odoo are put for Products Manager to fetch: a folder that a web server serves.
media "folder" "images" {
  path       = "/srv/images"
  public_url = "https://media.example.com"
}

# What both shops have in common; a shop is the left side of its pipeline.
mapping "catalogue" {
  defaults = true

  field "stock_quantity" { direction = "to_left" }
  field "cost_price" { direction = "to_left" }
}

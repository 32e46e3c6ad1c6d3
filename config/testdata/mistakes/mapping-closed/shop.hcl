source "closed" "pm" {
  url     = "https://pm.example.com"
  api_key = env("PM_API_KEY")
}

source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}

pipeline "products" {
  left  = source.closed.pm
  right = source.odoo.erp
  mapping {
    field "colour" {
      erp = "x_colour"
    }
    field "weigth" {
      erp = "weight"
    }
    field "price" {
      erp    = "list_price"
      to_erp = value * record.tax_rates
    }
  }
}

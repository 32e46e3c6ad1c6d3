# Products Manager decides; stock and cost come back from Odoo, where the warehouse and the buyers work.

daemon {
  state_dir = "/var/lib/tandem"
}

source "products_manager" "pm" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("PM_API_KEY")
}

source "odoo" "erp" {
  url      = "https://example.odoo.com"
  database = "example"
  login    = "sync@example.com"
  api_key  = env("ODOO_API_KEY")

  stock {
    warehouse = "WH"
    quantity  = "free" # on hand less what is reserved: what the shop can still sell
  }
}

pipeline "products" {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "to_erp" # what only Odoo has, as raw materials, is not made in Products Manager

  schedule {
    every = "5m"
  }

  mapping {
    defaults = true

    field "stock_quantity" { direction = "to_pm" }
    field "cost_price" { direction = "to_pm" }
  }

  conflict {
    strategy = "pm"
    field "stock_quantity" { strategy = "erp" }
    field "cost_price" { strategy = "erp" }
  }

  limits {
    updates      = "30%"
    deletes      = 10
    zeroed_stock = "10%" # a warehouse that seems to be empty does not empty the shop
  }
}

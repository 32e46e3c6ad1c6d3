# Both sides are edited and neither is above the other: of two different edits the later one counts, and a price waits
# for a person.

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
  }
}

# Where images of Odoo are put for Products Manager to fetch: a folder that a web server serves.
media "folder" "images" {
  path       = "/srv/images"
  public_url = "https://media.example.com"
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  media = media.folder.images

  schedule {
    every = "2m" # the shorter, the fewer conflicts
  }

  mapping {
    defaults = true
  }

  conflict {
    strategy = "latest"
    field "price" { strategy = "manual" }
    field "cost_price" { strategy = "manual" }
    field "stock_quantity" { strategy = "erp" } # what was sold is sold
  }

  limits {
    updates = "20%"
    deletes = 10
  }
}

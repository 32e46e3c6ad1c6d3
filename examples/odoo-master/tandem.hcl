# Odoo decides; Products Manager shows. Nothing is ever written to Odoo.

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

# Where images of Odoo are put for Products Manager to fetch: a folder that a web server serves.
media "folder" "images" {
  path       = "/srv/images"
  public_url = "https://media.example.com"
}

pipeline "products" {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "to_pm"
  media     = media.folder.images

  schedule {
    every = "5m"
  }

  mapping {
    defaults = true
    without  = ["description"] # the shop's editors write it in Products Manager
  }

  conflict {
    strategy = "erp" # what was changed in Products Manager lasts until it is changed in Odoo, too
  }

  limits {
    updates = "30%"
    deletes = 10
  }
}

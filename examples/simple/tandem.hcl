# The standard fields of one catalogue, both ways.

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
  login    = "sync@example.com" # a user of its own, with an API key and no password
  api_key  = env("ODOO_API_KEY")

  stock {
    warehouse = "WH" # the code of the warehouse whose quantity is synced
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
  match = ["sku", "ean"] # what pairs products that both sides have already

  schedule {
    every = "5m"
  }

  mapping {
    defaults = true
  }

  conflict {
    strategy = "manual" # a field edited on both sides waits: see `tandem conflicts`
  }
}

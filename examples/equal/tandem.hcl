# Both sides are edited and neither is above the other: of two different edits the later one counts, and a price waits
# for a person. Both systems call when something changes, so that an edit is on the other side some seconds later.

daemon {
  state_dir  = "/var/lib/tandem"
  listen     = "127.0.0.1:9477"             # a reverse proxy with the certificate is in front
  public_url = "https://tandem.example.com" # where both systems call
  token      = env("TANDEM_TOKEN")
}

source "products_manager" "pm" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("PM_API_KEY")

  webhook {
    secret = env("PM_WEBHOOK")
  }
}

source "odoo" "erp" {
  url      = "https://example.odoo.com"
  database = "example"
  login    = "sync@example.com"
  api_key  = env("ODOO_API_KEY")

  stock {
    warehouse = "WH"
  }

  webhook {
    secret = env("ODOO_WEBHOOK")
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
    realtime = true        # the sooner, the fewer conflicts
    every    = "10m"       # for what no call told
    full     = "0 3 * * 0" # compares everything, and notices deletions
    timezone = "Europe/Paris"
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

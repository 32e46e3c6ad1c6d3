# A first load, and what runs when it is done. README.md is the run book.

variable "direction" {
  type        = string
  description = "which way products go: to_erp or to_pm for a load, both afterwards"
}

variable "winner" {
  type        = string
  description = "whose value counts where both sides have one: pm or erp; manual lets it wait"
}

variable "limits" {
  type        = object({ creates = number, updates = number, deletes = number })
  description = "the brakes: how many products a cycle may make, change and take away"
}

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
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = var.direction
  media     = media.folder.images
  match     = ["sku", "ean"] # what pairs products that both sides have already

  schedule {
    every = "5m"
  }

  mapping {
    defaults = true
  }

  conflict {
    strategy = var.winner
  }

  limits {
    creates = var.limits.creates
    updates = var.limits.updates
    deletes = var.limits.deletes
  }
}

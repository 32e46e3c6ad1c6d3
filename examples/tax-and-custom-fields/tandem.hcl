# Products Manager holds prices with tax and is where texts are written; Odoo holds prices without tax and
# is where they are decided.

daemon {
  state_dir = "/var/lib/tandem"
  log {
    level  = "info"
    format = "json"
  }
}

variable "vat" {
  default = 20 # per cent; TANDEM_VAR_vat=5.5 or -var vat=5.5 for another shop
}

source "products_manager" "pm" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("PM_API_KEY")
  categories {
    separator = " > " # as in "Cuisine > Café > Moulins"
  }
}

source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "production"
  login    = "sync@example.com"
  api_key  = env("ODOO_API_KEY")
  language = "fr_FR" # the language of names and descriptions

  stock {
    warehouse = "WH" # the code of the warehouse whose quantity is synced
  }
}

# Where images of Odoo are put for Products Manager to fetch.
media "s3" "images" {
  endpoint   = "minio.example.com:9000"
  bucket     = "products"
  access_key = env("MINIO_ACCESS_KEY")
  secret_key = env("MINIO_SECRET_KEY")
  public_url = "https://media.example.com/products"
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  media = media.s3.images
  match = ["ean", "sku"]

  filter {
    categories = ["Cuisine/**", "Plein air/Camping/*"]
    where      = record.status != "draft"
  }

  schedule {
    every = "2m"
  }

  mapping {
    defaults = true

    field "price" {
      erp    = "list_price"
      to_erp = tax_excluded(value, var.vat)
      to_pm  = tax_included(value, var.vat)
    }

    # A UPC of twelve digits or an EAN of eight becomes one of thirteen; a wrong check digit stops the
    # product and is told by `tandem quarantine`.
    field "ean" {
      erp    = "barcode"
      to_erp = ean13(value)
      to_pm  = ean13(value)
    }

    # Odoo's description for sale is plain text.
    field "description" {
      erp    = "description_sale"
      to_erp = html_to_text(value)
      to_pm  = text_to_html(value)
    }

    field "brand" {
      erp       = "x_brand"
      direction = "to_erp"
    }

    field "attributes.color" {
      erp = "x_color"
    }

    field "url_slug" {
      erp       = "x_slug"
      direction = "to_erp"
      to_erp    = coalesce(value, slug(record.title))
    }
  }

  conflict {
    strategy = "latest"
    field "title" { strategy = "pm" }
    field "description" { strategy = "pm" }
    field "price" { strategy = "erp" }
    field "cost_price" { strategy = "erp" }
  }

  deletes = "archive"

  limits {
    updates = "30%" # above it nothing is written, and `tandem status` says so
    deletes = 10
    creates = 500
  }
}

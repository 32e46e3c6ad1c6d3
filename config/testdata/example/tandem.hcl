# The example of the documentation of the interface, without what comes in later releases.

daemon {
  state_dir = "/var/lib/tandem"
  listen    = "127.0.0.1:9477"
  token     = credential("dashboard_token")
  log {
    level  = "info"
    format = "auto"
  }
}

locals {
  vat = 1.20
}

source "odoo" "erp" {
  url      = "https://example.odoo.com"
  database = "example"
  login    = "sync@example.com"
  api_key  = env("ODOO_API_KEY")
  protocol = "auto"
  company  = 1
  language = "fr_FR"
  timeout  = "120s"
  workers  = 4
  stock {
    warehouse = "WH"
  }
  categories {
    root      = "All"
    separator = " / "
    create    = true
  }
  webhook {
    secret = credential("odoo_webhook")
  }
}

source "products_manager" "pm" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("PM_API_KEY")
  api     = "app"
  images {
    hosts         = ["media.example.com"]
    allow_private = false
    max_size      = "10MB"
  }
  webhook {
    secret = credential("pm_webhook")
  }
}

media "s3" "images" {
  endpoint   = "minio.example.com:9000"
  bucket     = "pm-manager"
  key        = "images/${sku}-${hash}.${ext}"
  access_key = env("MINIO_ACCESS_KEY")
  secret_key = env("MINIO_SECRET_KEY")
  public_url = "https://media.example.com/pm-manager"
}

pipeline "products" {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "both"
  media     = media.s3.images
  variants  = "skip"
  match     = ["sku", "ean"]

  filter {
    categories = ["Electronics", "Clothing/**"]
    where      = record.status != "draft"
  }

  schedule {
    every = "5m"
  }

  mapping {
    defaults = true

    field "price" {
      erp    = "list_price"
      to_erp = round(value / local.vat, 2)
      to_pm  = round(value * local.vat, 2)
    }
    field "custom_field_1" {
      erp = "x_custom_field_1"
    }
    field "brand_name" {
      erp       = "x_brand"
      direction = "to_erp"
      required  = true
    }
  }

  conflict {
    strategy = "latest"
    field "price"       { strategy = "erp" }
    field "description" { strategy = "pm" }
  }

  deletes = "archive"

  limits {
    updates      = "50%"
    deletes      = 20
    zeroed_stock = "20%"
    creates      = null
  }
}

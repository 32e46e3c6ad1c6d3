source "products_manager" "pm" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("PM_API_KEY")
}

source "odoo" "france" {
  url      = "https://fr.example.com"
  database = "shop_fr"
  login    = "sync@example.com"
  api_key  = env("ODOO_FR_API_KEY")
  language = "fr_FR"

  stock {
    warehouse = "WH" # the code of the warehouse whose quantity is synced
  }
}

source "odoo" "belgium" {
  url      = "https://be.example.com"
  database = "shop_be"
  login    = "sync@example.com"
  api_key  = env("ODOO_BE_API_KEY")
  language = "fr_BE"

  categories {
    create = false # a category that Belgium does not have stops the product
  }

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

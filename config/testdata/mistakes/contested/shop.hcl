source "products_manager" "other" {
  url     = "https://other.example.com"
  api_key = env("PM_API_KEY")
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
    field "price" { erp = "list_price" }
  }
}

pipeline "prices" {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "to_erp"
  mapping {
    field "sku" {
      erp       = "default_code"
      direction = "to_pm"
    }
    field "title" {
      erp       = "name"
      direction = "to_pm"
    }
    field "price" { erp = "list_price" }
  }
}

pipeline "elsewhere" {
  left  = source.odoo.erp
  right = source.products_manager.other
  match = ["default_code"]
  mapping {
    field "name" { other = "title" }
    field "default_code" { other = "sku" }
  }
}

pipeline "selected" {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "to_erp"
  filter { where = record.status == "draft" }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "x_sku" }
  }
}

source "products_manager" "pm" {
  url     = "https://pm.example.com"
  api_key = env("PM_API_KEY")
}

source "odoo" "erp" {
  url      = env("ODOO_URL")
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}

mapping "catalogue" {
  from     = mapping.other
  defaults = true

  field "price" {
    erp     = "list_price"
    right   = "list_price"
    to_eerp = value / 2
  }
  field "sku" {
    direction = "to_shop"
  }
  field "sku" {}
}

mapping "catalogue" {
  defaults = true
}

mapping "never" {
  feild "x" {}
}

mapping "1" {}

pipeline "attribute" {
  left    = source.products_manager.pm
  right   = source.odoo.erp
  mapping = mapping.catalogue
}

pipeline "shared" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    from    = mapping.catalogue
    without = ["wieght", "title", "cost_price"]
    field "cost_price" {}
  }
}

pipeline "misspelt" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    from = mapping.catalog
  }
}

pipeline "quoted" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    from = "catalogue"
  }
}

pipeline "own" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "price" {
      right = "list_price"
    }
  }
}

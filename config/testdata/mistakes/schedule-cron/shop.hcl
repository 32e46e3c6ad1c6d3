pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    cron = "0 6 31 2 *"
    full = "0 3 29 2 *"
  }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
  }
}

pipeline "fields" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  filter { where = record.status == "draft" }
  schedule {
    cron = "0 0 6 * * *"
    full = "0 25 * * SUN"
  }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
  }
}

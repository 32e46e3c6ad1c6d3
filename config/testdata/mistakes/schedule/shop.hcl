pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    cron     = "0 6 * * *"
    realtime = true
    full     = "0 3 * * 7"
    timezone = "Europe/Pariss"
  }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
  }
}
pipeline "by_hand" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    manual = true
    full   = "0 3 * * 0"
  }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
  }
}
pipeline "both" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    every = "5m"
    cron  = "TZ=UTC 0 6 * * *"
  }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
  }
}
pipeline "only_full" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    full     = "0 3 * * 0"
    timezone = "paris"
    jitter   = "2h"
  }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
  }
}
pipeline "zone" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    every    = "5m"
    timezone = "Europe/Paris"
    jitter   = "10m"
  }
  mapping {
    field "title" { erp = "name" }
    field "sku" { erp = "default_code" }
  }
}

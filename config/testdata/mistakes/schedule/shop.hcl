pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    cron     = "0 6 * * *"
    realtime = true
    full     = "0 3 * * 0"
    timezone = "Europe/Paris"
  }
  mapping {
    defaults = true
  }
}

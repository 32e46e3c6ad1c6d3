pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  direction = "to_odoo"
  variants  = "linked"
  deletes   = "archiv"
  match     = ["sku", "eam", "sku", "barcode"]
  schedul {
    every = "5m"
  }
  mapping {
    defaults = true
  }
}

pipeline "missing" {
  left = source.products_manager.pm
}

pipeline "quoted" {
  left  = "source.products_manager.pm"
  right = source.erp
}

pipeline "unknown" {
  left  = source.products_manager.pm
  right = source.odoo.erb
  media = media.s3.images
  mapping {
    defaults = true
  }
}

pipeline "same" {
  left  = source.odoo.erp
  right = source.odoo.erp
  mapping {
    defaults = true
  }
}

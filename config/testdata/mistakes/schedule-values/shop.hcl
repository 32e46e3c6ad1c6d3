pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    every = "1d"
  }
  mapping {
    defaults = true
  }
}
pipeline "seconds" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    every = "90"
  }
  mapping {
    defaults = true
  }
}
pipeline "fast" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    every = "10ms"
  }
  mapping {
    defaults = true
  }
}
pipeline "two" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    every  = "1m"
    manual = true
  }
  mapping {
    defaults = true
  }
}
pipeline "none" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  schedule {
    manual = false
  }
  mapping {
    defaults = true
  }
}

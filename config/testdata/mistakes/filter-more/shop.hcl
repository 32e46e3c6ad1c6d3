pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  filter {}
  mapping {
    defaults = true
  }
}
pipeline "text" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  filter {
    categories = []
    where      = record.title
  }
  mapping {
    defaults = true
  }
}
pipeline "names" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  filter {
    categories = "Clothing"
    where      = recrd.title == "x"
  }
  mapping {
    defaults = true
  }
}

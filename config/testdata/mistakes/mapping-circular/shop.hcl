pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "margin" {
      erp    = "x_margin"
      to_erp = record.price - record.attributes.cost
    }
    field "price" {
      to_pm = value + coalesce(record.x_margin, 0)
    }
    field "attributes" {
      erp       = "x_attributes"
      direction = "to_erp"
    }
  }
}

pipeline "fine" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "margin" {
      erp    = "x_margin"
      to_erp = record.price - record.attributes.cost
    }
    field "price" {
      direction = "to_erp"
      to_pm     = value + coalesce(record.x_margin, 0)
    }
    field "sku" {
      to_erp = coalesce(value, record.ean)
    }
    field "ean" {
      to_erp = coalesce(value, record.sku)
    }
  }
}

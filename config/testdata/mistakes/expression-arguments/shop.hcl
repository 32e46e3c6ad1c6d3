pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = false
    field "title" {
      erp    = "name"
      to_erp = contains(value, "sale") ? null : value
      to_pm  = truncate(value, 0)
    }
    field "price" {
      erp    = "list_price"
      to_erp = round(value, 2, "half_upp")
      to_pm  = price_ending(value, "x")
    }
    field "weight" {
      erp    = "weight"
      to_erp = convert_unit(value, "kgs", "g")
      to_pm  = convert_unit(value, "g", "cm")
    }
    field "ean" {
      erp    = "barcode"
      to_erp = gtin(value, 10)
      to_pm  = gtinn(value)
    }
  }
}

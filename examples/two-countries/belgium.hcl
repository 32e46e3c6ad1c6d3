# Belgium sells a part of the catalogue and only receives it: whatever is edited there stays there.

pipeline "belgium" {
  left      = source.products_manager.pm
  right     = source.odoo.belgium
  direction = "to_belgium"
  match     = ["sku"]

  filter {
    categories = ["Plein air/**"]
    where      = coalesce(record.attributes.sold_in_belgium, "yes") == "yes"
  }

  schedule {
    every = "15m"
  }

  mapping {
    defaults = true
    field "price" {
      belgium    = "list_price"
      to_belgium = round(value / local.vat.be, 2)
    }
  }

  deletes = "ignore"
}

# France sells the whole catalogue and edits it too.

pipeline "france" {
  left  = source.products_manager.pm
  right = source.odoo.france
  media = media.s3.images
  match = ["sku"]

  schedule {
    every = "5m"
  }

  mapping {
    defaults = true
    field "price" {
      france    = "list_price"
      to_france = round(value / local.vat.fr, 2)
      to_pm     = round(value * local.vat.fr, 2)
    }
  }

  conflict {
    strategy = "pm"
    field "price" { strategy = "manual" }
  }
}

# The trade shop only receives, so that the two shops never undo each other's edits in Odoo.

pipeline "trade" {
  left      = source.products_manager.trade
  right     = source.odoo.erp
  direction = "to_trade"
  media     = media.folder.images

  schedule {
    every = "5m"
  }

  mapping {
    from = mapping.catalogue

    field "price" {
      erp = "x_trade_price"
    }

    # The shop's pages show what has "yes" here.
    field "attributes.trade" {
      erp      = "x_trade"
      to_trade = coalesce(value, false) ? "yes" : "no"
    }
  }

  conflict {
    strategy = "erp"
  }
}

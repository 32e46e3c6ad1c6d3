pipeline "retail" {
  left  = source.products_manager.retail
  right = source.odoo.erp
  media = media.folder.images

  schedule {
    every = "5m"
  }

  mapping {
    from = mapping.catalogue
  }

  conflict {
    strategy = "retail"
    field "price" { strategy = "erp" }
    field "stock_quantity" { strategy = "erp" }
    field "cost_price" { strategy = "erp" }
  }
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  match = ["sku", "stock_quantity"]
  mapping {
    defaults = true
    field "stock_quantity" {
      erp = "qty_available"
    }
    field "images[1].url" {
      erp = "x_second_image"
    }
    field "picture" {
      erp = "image_1920"
    }
  }
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    field "title" {
      erp = "name"
    }
    field "sku" {
      erp = "default_code"
    }
    field "category" {
      erp    = "categ_id"
      to_erp = value
    }
    category "Clothing" {
      erp = "All / Apparel"
    }
    category " Clothing/" {
      erp = "All / Clothes"
    }
    category "Fashion" {
      erp = "Apparel"
    }
    category "Shoes" {
      epr = "All / Footwear"
    }
    category "/" {
      erp = "All"
    }
    category "Hats" {
      pm  = "Hats"
      erp = 12
    }
    category {
      erp = "All / Bags"
    }
  }
}

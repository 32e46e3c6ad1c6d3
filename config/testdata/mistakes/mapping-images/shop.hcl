pipeline "storeless" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "images[0].url" {}
  }
}

pipeline "defaults" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
  }
}

pipeline "wrong" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  media = media.folder.local
  match = ["sku", "images[0].url"]
  mapping {
    defaults = true
    field "images[0].url" {
      to_erp = upper(value)
    }
    field "images[1].url" {
      erp = "x_second_image"
    }
    field "picture" {
      erp = "image_1920"
    }
  }
}

pipeline "unknown" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  media = media.s3.images
  mapping {
    defaults = true
  }
}

pipeline "needs_none" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    field "images[0].url" {
      direction = "to_erp"
    }
  }
}

media "folder" "local" {
  path       = "/srv/images"
  public_url = "http://localhost"
}

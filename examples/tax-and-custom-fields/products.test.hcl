# `tandem test` runs these without network and credentials: see docs/tests.md.

test "prices lose their tax on the way to Odoo" {
  pm = { price = 19.99 }

  expect {
    erp = { list_price = 16.66 }
  }
}

test "and get it back" {
  base = {
    pm  = { price = 19.99 }
    erp = { list_price = 16.66 }
  }
  erp = { list_price = 20 }

  expect {
    pm   = { price = 24 }
    only = true
  }
}

test "an edit in Odoo moves no price that is the same but for rounding" {
  base = {
    pm  = { price = 19.99, title = "Lamp" }
    erp = { list_price = 16.66, name = "Lamp" }
  }
  erp = { name = "Camping lamp" }

  expect {
    pm   = { title = "Camping lamp" }
    only = true
  }
}

test "a UPC becomes an EAN" {
  pm = { ean = "810000012343" }

  expect {
    erp = { barcode = "0810000012343" }
  }
}

test "a wrong check digit stops the product" {
  pm = { ean = "4006381333932" }

  expect {
    error {
      code    = "mapping_failed"
      message = "check digit"
    }
  }
}

test "Odoo's description is plain text" {
  pm = { description = "<p>Beans &amp; water</p>" }

  expect {
    erp = { description_sale = "Beans & water" }
  }
}

test "a product without a slug gets one of its title" {
  pm = {
    title    = "Café d'Été"
    url_slug = null
  }

  expect {
    erp = { x_slug = "cafe-dete" }
  }
}

test "brands are not taken from Odoo" {
  base = {
    pm  = { brand = "Acme" }
    erp = { x_brand = "Acme" }
  }
  erp = { x_brand = "Bolt" }

  expect {
    nothing = true
  }
}

test "colours go both ways" {
  base = {
    pm  = { attributes = { color = "red" } }
    erp = { x_color = "red" }
  }
  erp = { x_color = "blue" }

  expect {
    pm = { "attributes.color" = "blue" }
  }
}

test "Odoo decides prices" {
  base = {
    pm  = { price = 19.99 }
    erp = { list_price = 16.66 }
  }
  pm  = { price = 17.99 }
  erp = { list_price = 20 }

  expect {
    conflict "price" { decision = "erp" }
    pm = { price = 24 }
  }
}

test "the later weight wins" {
  base = {
    pm  = { weight = 1 }
    erp = { weight = 1 }
  }
  pm  = { weight = 1.2 }
  erp = { weight = 1.5 }
  modified = {
    pm  = "2026-11-24T11:00:00Z"
    erp = "2026-11-24T10:00:00Z"
  }

  expect {
    conflict "weight" { decision = "pm" }
    erp = { weight = 1.2 }
  }
}

test "only some categories take part" {
  pm = {
    title    = "Tent"
    category = "Plein air > Camping"
  }

  expect {
    left_out = "filter"
  }
}

test "kitchen and coffee do" {
  pm = {
    title    = "Grinder"
    category = "Cuisine > Café > Moulins"
  }

  expect {
    erp = { categ_id = "Cuisine / Café / Moulins" }
  }
}

test "drafts do not" {
  pm = {
    title    = "Grinder"
    category = "Cuisine > Café"
    status   = "draft"
  }

  expect {
    left_out = "filter"
  }
}

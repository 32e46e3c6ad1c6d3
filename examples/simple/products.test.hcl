# `tandem test` runs these without network and credentials: see docs/tests.md.

test "a new product goes to Odoo" {
  pm = {
    title    = "Coffee grinder"
    sku      = "CG-100"
    price    = 49.9
    category = "Kitchen/Coffee"
  }

  expect {
    action = { erp = "create" }
    erp = {
      name         = "Coffee grinder"
      default_code = "CG-100"
      list_price   = 49.9
      categ_id     = "Kitchen / Coffee"
    }
  }
}

test "an edit in Odoo comes back, and nothing else moves" {
  base = {
    pm  = { title = "Coffee grinder", price = 49.9 }
    erp = { name = "Coffee grinder", list_price = 49.9 }
  }
  erp = { list_price = 54.5 }

  expect {
    pm   = { price = 54.5 }
    only = true
  }
}

test "a field edited on both sides waits for a person, the others go on" {
  base = {
    pm  = { title = "Coffee grinder", price = 49.9 }
    erp = { name = "Coffee grinder", list_price = 49.9 }
  }
  pm  = { price = 45, title = "Hand grinder" }
  erp = { list_price = 54.5 }

  expect {
    conflict "price" { decision = "waits" }
    erp  = { name = "Hand grinder" }
    only = true
  }
}

test "a product removed from Products Manager is archived in Odoo" {
  base    = {}
  removed = "pm"

  expect {
    action = { erp = "archive" }
  }
}

test "a product made in Odoo is made in Products Manager" {
  erp = {
    name          = "Tent"
    default_code  = "T-1"
    list_price    = 249
    qty_available = 7
  }

  expect {
    action = { pm = "create" }
    pm     = { title = "Tent", sku = "T-1", price = 249, stock_quantity = 7 }
  }
}

test "a price of Odoo is the price of the shop" {
  base = {
    pm  = { price = 249 }
    erp = { list_price = 249 }
  }
  erp = { list_price = 229 }

  expect {
    pm   = { price = 229 }
    only = true
  }
}

test "a change in Products Manager is not written to Odoo" {
  base = {
    pm  = { price = 249 }
    erp = { list_price = 249 }
  }
  pm = { price = 199 }

  expect { nothing = true }
}

test "it lasts until Odoo changes the field, too" {
  base = {
    pm  = { price = 249 }
    erp = { list_price = 249 }
  }
  pm  = { price = 199 }
  erp = { list_price = 229 }

  expect {
    conflict "price" { decision = "erp" }
    pm   = { price = 229 }
    only = true
  }
}

test "a product of Products Manager alone stays there" {
  pm = {
    title = "Gift voucher"
    sku   = "V-1"
  }

  expect { left_out = true }
}

test "what is archived in Odoo is inactive in the shop" {
  base = {
    pm  = { is_active = true }
    erp = { active = true }
  }
  erp = { active = false }

  expect {
    pm   = { is_active = false }
    only = true
  }
}

test "what is deleted in Odoo is archived in Products Manager" {
  base = {
    pm  = { title = "Tent" }
    erp = { name = "Tent" }
  }
  removed = "erp"

  expect {
    action = { pm = "archive" }
  }
}

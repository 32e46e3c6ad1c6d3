test "an edit on either side flows to the other" {
  base = {
    pm  = { title = "Tent", price = 249 }
    erp = { name = "Tent", list_price = 249 }
  }
  pm  = { title = "Tunnel tent" }
  erp = { list_price = 229 }

  expect {
    erp  = { name = "Tunnel tent" }
    pm   = { price = 229 }
    only = true
  }
}

test "a price changed on both sides waits, the rest of the product goes on" {
  base = {
    pm  = { title = "Tent", price = 249 }
    erp = { name = "Tent", list_price = 249 }
  }
  pm  = { title = "Tunnel tent", price = 199 }
  erp = { list_price = 229 }

  expect {
    conflict "price" { decision = "waits" }
    erp  = { name = "Tunnel tent" }
    only = true
  }
}

test "a cost changed on both sides waits" {
  base = {
    pm  = { cost_price = 120 }
    erp = { standard_price = 120 }
  }
  pm  = { cost_price = 110 }
  erp = { standard_price = 115 }

  expect {
    conflict "cost_price" { decision = "waits" }
    only = true
  }
}

test "the same price on both sides is no conflict" {
  base = {
    pm  = { price = 249 }
    erp = { list_price = 249 }
  }
  pm  = { price = 229 }
  erp = { list_price = 229 }

  expect { nothing = true }
}

test "of two titles the later one counts" {
  base = {
    pm  = { title = "Tent" }
    erp = { name = "Tent" }
  }
  pm  = { title = "Tunnel tent" }
  erp = { name = "Tent for two" }
  modified = {
    pm  = "2026-11-24T10:00:00Z"
    erp = "2026-11-24T11:00:00Z"
  }

  expect {
    conflict "title" { decision = "erp" }
    pm   = { title = "Tent for two" }
    only = true
  }
}

test "a count in Products Manager does not undo a sale in Odoo" {
  base = {
    pm  = { stock_quantity = 7 }
    erp = { qty_available = 7 }
  }
  pm  = { stock_quantity = 8 }
  erp = { qty_available = 5 }

  expect {
    conflict "stock_quantity" { decision = "erp" }
    pm   = { stock_quantity = 5 }
    only = true
  }
}

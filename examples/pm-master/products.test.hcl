test "a product made in Products Manager is made in Odoo, without its stock and cost" {
  pm = {
    title          = "Tent"
    sku            = "T-1"
    price          = 249
    stock_quantity = 7
    cost_price     = 120
  }

  expect {
    action = { erp = "create" }
    erp    = { name = "Tent", default_code = "T-1", list_price = 249 }
    only   = true
  }
}

test "a sale in Odoo comes back" {
  base = {
    pm  = { stock_quantity = 7 }
    erp = { qty_available = 7 }
  }
  erp = { qty_available = 5 }

  expect {
    pm   = { stock_quantity = 5 }
    only = true
  }
}

test "a cost comes back" {
  base = {
    pm  = { cost_price = 120 }
    erp = { standard_price = 120 }
  }
  erp = { standard_price = 110 }

  expect {
    pm   = { cost_price = 110 }
    only = true
  }
}

test "a stock that somebody types into Products Manager goes nowhere" {
  base = {
    pm  = { stock_quantity = 7 }
    erp = { qty_available = 7 }
  }
  pm = { stock_quantity = 100 }

  expect { nothing = true }
}

test "a title changed in Odoo stays there" {
  base = {
    pm  = { title = "Tent" }
    erp = { name = "Tent" }
  }
  erp = { name = "Tent (old stock)" }

  expect { nothing = true }
}

test "Products Manager wins a title that both changed, Odoo a stock" {
  base = {
    pm  = { title = "Tent", stock_quantity = 7 }
    erp = { name = "Tent", qty_available = 7 }
  }
  pm  = { title = "Tunnel tent", stock_quantity = 100 }
  erp = { name = "Tent (old stock)", qty_available = 5 }

  expect {
    conflict "title" { decision = "pm" }
    conflict "stock_quantity" { decision = "erp" }
    erp  = { name = "Tunnel tent" }
    pm   = { stock_quantity = 5 }
    only = true
  }
}

test "raw material of Odoo stays there" {
  erp = {
    name         = "Aluminium tube"
    default_code = "RAW-1"
  }

  expect { left_out = true }
}

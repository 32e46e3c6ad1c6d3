test "an edit of the retail shop is written to Odoo" {
  pipeline = pipeline.retail
  base = {
    retail = { title = "Tent" }
    erp    = { name = "Tent" }
  }
  retail = { title = "Tunnel tent" }

  expect {
    erp  = { name = "Tunnel tent" }
    only = true
  }
}

test "and from there to the trade shop" {
  pipeline = pipeline.trade
  base = {
    trade = { title = "Tent" }
    erp   = { name = "Tent" }
  }
  erp = { name = "Tunnel tent" }

  expect {
    trade = { title = "Tunnel tent" }
    only  = true
  }
}

test "an edit of the trade shop stays there" {
  pipeline = pipeline.trade
  base = {
    trade = { title = "Tent" }
    erp   = { name = "Tent" }
  }
  trade = { title = "Tent, wholesale" }

  expect { nothing = true }
}

test "Odoo decides a price that both changed" {
  pipeline = pipeline.retail
  base = {
    retail = { price = 249 }
    erp    = { list_price = 249 }
  }
  retail = { price = 199 }
  erp    = { list_price = 229 }

  expect {
    conflict "price" { decision = "erp" }
    retail = { price = 229 }
    only   = true
  }
}

test "the trade shop has its own price, and an attribute tells what is for the trade" {
  pipeline = pipeline.trade
  erp = {
    name          = "Tent"
    default_code  = "T-1"
    x_trade_price = 180
    x_trade       = false
  }

  expect {
    action = { trade = "create" }
    trade  = { price = 180, attributes = { trade = "no" } }
  }
}

test "Odoo offers a product to the trade" {
  pipeline = pipeline.trade
  base = {
    trade = { attributes = { trade = "no" } }
    erp   = { x_trade = false }
  }
  erp = { x_trade = true }

  expect {
    trade = { attributes = { trade = "yes" } }
    only  = true
  }
}

test "a sale reaches both shops: retail" {
  pipeline = pipeline.retail
  base = {
    retail = { stock_quantity = 7 }
    erp    = { qty_available = 7 }
  }
  erp = { qty_available = 5 }

  expect {
    retail = { stock_quantity = 5 }
    only   = true
  }
}

test "a sale reaches both shops: trade" {
  pipeline = pipeline.trade
  base = {
    trade = { stock_quantity = 7 }
    erp   = { qty_available = 7 }
  }
  erp = { qty_available = 5 }

  expect {
    trade = { stock_quantity = 5 }
    only  = true
  }
}

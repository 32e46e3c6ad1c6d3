# These hold for both loads and afterwards.

test "products that both have are paired by their SKU, and alike ones stay as they are" {
  pm = {
    title = "Tent"
    sku   = "T-1"
  }
  erp = {
    name         = "Tent"
    default_code = "T-1"
  }

  expect { nothing = true }
}

test "where they differ, a load takes the value of the full side, and afterwards the field waits" {
  pm = {
    sku   = "T-1"
    price = 249
  }
  erp = {
    default_code = "T-1"
    list_price   = 229
  }

  expect {
    conflict "price" {
      decision = var.winner == "manual" ? "waits" : var.winner
    }
  }
}

test "none" {
  pm = { sku = "1" }
  expect { nothing = true }
}

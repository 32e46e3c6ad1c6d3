test "torn" {
  pm = { sku = "1"
  expect { nothing = true }

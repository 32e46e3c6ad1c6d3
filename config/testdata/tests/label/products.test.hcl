test "whose record is it" {
  base = { sku = "1" }
  expect { nothing = true }
}

test "prices lose their tax" {
  pm = { price = 24 }
  expect { erp = { list_price = 20 } }
}

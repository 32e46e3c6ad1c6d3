test "which" {
  pm = { sku = "1" }
  expect { nothing = true }
}
test "unknown" {
  pipeline = pipeline.product
  pm       = { sku = "1" }
  expect { nothing = true }
}
test "no reference" {
  pipeline = "products"
  pm       = { sku = "1" }
  expect { nothing = true }
}
test "right" {
  pipeline = pipeline.outlet
  pm       = { sku = "1" }
  expect { nothing = true }
}

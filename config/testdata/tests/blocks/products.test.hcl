locals {}
test "a" {}
test "a" { pm = 3 }
test "b" {
  pm = { prise = 24, list_price = 2, attributes = { color = "x" } }
  erp = { nme = 3 }
  ex = 3
  base = 3
  modified = { pm = "yesterday", foo = 3 }
  removed = "erp"
  expect {
    erp = { lst_price = 3 }
    conflict "list_price" { decision = "manual" }
    conflict "prise" {}
    error { code = "mapping_fail" }
    action = { erp = "make" }
    only = "yes"
  }
}
test "c" {
  pm = {
    sku        = env("X")
    title      = foo
    ean        = locl.x
    attributes = { colour = "red", color = "blue" }
    price      = [1]
  }
  expect {
    nothing = true
    erp     = { name = "A" }
  }
}
test "d" {
  pm      = { sku = "1" }
  removed = "erp"
  expect {
    left_out = true
    erp      = { name = "A" }
  }
}
test "e" {
  pm = { sku = "1" }
  expect {
    erp = {}
  }
}
test "f" {
  pm = { sku = "1" }
  expect {}
  expect { nothing = true }
}

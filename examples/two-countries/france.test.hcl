test "France pays 20% tax" {
  pipeline = pipeline.france
  base = {
    pm     = { price = 240 }
    france = { list_price = 200 }
  }
  pm = { price = 300 }

  expect {
    france = { list_price = 250 }
    only   = true
  }
}

test "a price that France and Products Manager changed waits" {
  pipeline = pipeline.france
  base = {
    pm     = { price = 240 }
    france = { list_price = 200 }
  }
  pm     = { price = 300 }
  france = { list_price = 220 }

  expect {
    conflict "price" { decision = "waits" }
  }
}

test "Products Manager decides a title that both changed" {
  pipeline = pipeline.france
  base = {
    pm     = { title = "Tente" }
    france = { name = "Tente" }
  }
  pm     = { title = "Tente tunnel" }
  france = { name = "Tente (fin de série)" }

  expect {
    conflict "title" { decision = "pm" }
    france = { name = "Tente tunnel" }
    only   = true
  }
}

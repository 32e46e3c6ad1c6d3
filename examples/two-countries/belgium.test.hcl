test "Belgium pays 21% tax" {
  pipeline = pipeline.belgium
  pm = {
    title    = "Tente"
    price    = 240
    category = "Plein air/Tentes"
  }

  expect {
    action  = { belgium = "create" }
    belgium = { name = "Tente", list_price = 198.35 }
  }
}

test "Belgium has no kitchens" {
  pipeline = pipeline.belgium
  pm = {
    title    = "Moulin"
    category = "Cuisine/Café"
  }

  expect { left_out = "filter" }
}

test "a product can be kept out of Belgium" {
  pipeline = pipeline.belgium
  pm = {
    title      = "Tente"
    category   = "Plein air/Tentes"
    attributes = { sold_in_belgium = "no" }
  }

  expect { left_out = "filter" }
}

test "what Belgium edits stays there" {
  pipeline = pipeline.belgium
  base = {
    pm      = { title = "Tente" }
    belgium = { name = "Tente" }
  }
  belgium = { name = "Tente (Bruxelles)" }

  expect { nothing = true }
}

test "what is gone from Products Manager stays in Belgium" {
  pipeline = pipeline.belgium
  base     = { pm = { title = "Tente" } }
  removed  = "pm"

  expect { nothing = true }
}

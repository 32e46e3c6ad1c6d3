test "another file is checked all the same" {
  pm = { skew = "1" }
  expect { nothing = true }
}

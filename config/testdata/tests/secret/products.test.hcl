test "a secret" {
  pm = { title = local.key }
  expect { erp = { name = local.key } }
}

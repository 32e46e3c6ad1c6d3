locals {
  vat   = 1.20
  gross = local.net * local.vat
  net   = local.price
  price = local.gross / local.vta
  self  = local.self
  made {
    x = 1
  }
}

locals {
  vat = 1.10
  sum = 1 + "one"
}

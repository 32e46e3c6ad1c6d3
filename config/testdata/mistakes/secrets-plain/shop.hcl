source "odoo" "erp" {
  url      = "https://odoo.example.com"
  database = "shop"
  login    = "sync"
  api_key  = "s3cr3t-that-must-not-be-shown"
  pasword  = "s3cr3t-that-must-not-be-shown"
  webhook {
    secret = "s3cr3t-that-must-not-be-shown"
  }
}

locals {
  erp_pass = "s3cr3t-that-must-not-be-shown"
  erp_key  = env("ODOO_API_KEY")
}

variable "pm" {
  default = "s3cr3t-that-must-not-be-shown"
}

source "products_manager" "pm" {
  url     = "https://pm.example.com"
  api_key = var.pm
}

source "odoo" "erp" {
  url      = env("ODOO_URL")
  database = "shop"
  login    = "sync"
  api_key  = local.erp_key
  password = local.erp_pass
}

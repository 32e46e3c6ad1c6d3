# the old key was s3cr3t-that-must-not-be-shown
variable "door" {
  default = "s3cr3t-that-must-not-be-shown"
}

source "odoo" "erp" {
  url      = "https://sync:s3cr3t-that-must-not-be-shown@odoo.example.com/?api_key=s3cr3t-as-well&page=2"
  database = "shop"
  login    = "sync"
  api_key  = var.door
}

media "s3" "images" {
  endpoint   = "http://sync:s3cr3t@minio.example.com:9000"
  bucket     = "pm"
  access_key = env("MINIO_ACCESS_KEY")
  secret_key = env("MINIO_SECRET_KEY")
  public_url = "https://media.example.com/?signature=s3cr3t-as-well"
  ca         = "-----BEGIN NOTHING-----"
}

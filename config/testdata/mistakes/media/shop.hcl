media "s3" "images" {
  endpoint   = "minio.example.com:9000"
  buket      = "pm"
  key        = "images/${skuu}.${ext}"
  access_key = env("MINIO_ACCESS_KEY")
  secret_key = "s3cr3t-that-must-not-be-shown"
  public_url = "media.example.com"
}

media "folder" "local" {
  path       = "/srv/images"
  public_url = "http://localhost"
  key        = "images/${sku}"
}

media "ftp" "old" {}

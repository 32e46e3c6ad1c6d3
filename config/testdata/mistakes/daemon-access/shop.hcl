daemon {
  listen     = "0.0.0.0:9477"
  token      = "only-for-this-test"
  public_url = "tandem.example.com/sync"
  tls {
    cert = "missing.pem"
    kei  = "missing.key"
  }
}

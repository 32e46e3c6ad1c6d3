daemon {
  state_dir = ["/var/lib/tandem"]
  listen    = "0.0.0.0:9477"
  port      = 9477
  log {
    level  = "verbose"
    format = "jsn"
  }
  log {}
}

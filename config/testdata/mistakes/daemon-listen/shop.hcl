daemon {
  listen = "9477"
  token  = env("TANDEM_TOKEN")
  log    = "debug"
}

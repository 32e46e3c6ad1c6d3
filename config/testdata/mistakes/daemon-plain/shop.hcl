daemon {
  listen = "0.0.0.0:9477"
  token  = "only-for-this-test"
}

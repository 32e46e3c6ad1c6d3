daemon {
  listen = "9477"
}

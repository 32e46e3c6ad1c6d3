# All *.hcl files of this folder are read as one configuration.

daemon {
  state_dir  = "/var/lib/tandem"
  listen     = "0.0.0.0:9477"               # for Prometheus and colleagues: others than this machine need the token
  public_url = "https://tandem.example.com" # a proxy in front encrypts; without one, write a tls block
  token      = env("TANDEM_TOKEN")
}

locals {
  vat = { fr = 1.20, be = 1.21 }
}

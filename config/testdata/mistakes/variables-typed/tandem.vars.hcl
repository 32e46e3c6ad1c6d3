shop     = "paris"
shp      = "lyon"
rates    = { fr = "twenty" }
brands   = "acme"
on       = "perhaps"
password = "s3cr3t-that-must-not-be-shown"
host     = "${var.shop}.example.com"
unknown  = env("NO_SUCH_VARIABLE")

source "odoo" "erp" {}

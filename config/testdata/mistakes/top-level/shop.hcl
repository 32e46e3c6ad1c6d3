name = "shop"

sources "odoo" "erp" {}

daemon "main" {}

source "odoo" {}

pipelne "products" {}

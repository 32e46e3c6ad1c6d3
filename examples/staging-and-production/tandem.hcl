# One directory for two installations. What differs is in a file of variables for each, which must be named:
#
#   tandem plan -var-file staging.vars.hcl
#   tandem run  -var-file production.vars.hcl
#
# No variable has a default, so that nobody works on production by leaving a flag out.

variable "stage" {
  type        = string
  description = "names the state directory"
}

variable "odoo" {
  type        = object({ url = string, database = string, login = string, warehouse = string })
  description = "the Odoo of this stage"
}

variable "odoo_api_key" {
  type = string
}

variable "pm_api_key" {
  type = string
}

variable "every" {
  type        = string
  description = "how often the pipeline runs"
}

variable "max_updates" {
  type        = string
  description = "the brake: a number of records, or a percentage"
}

daemon {
  state_dir = "/var/lib/tandem-${var.stage}"
}

source "products_manager" "pm" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = var.pm_api_key
}

source "odoo" "erp" {
  url      = var.odoo.url
  database = var.odoo.database
  login    = var.odoo.login
  api_key  = var.odoo_api_key
  stock {
    warehouse = var.odoo.warehouse
  }
}

pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp

  schedule {
    every = var.every
  }

  mapping {
    defaults = true
    without  = ["images[0].url"]
  }

  limits {
    updates = var.max_updates
  }
}

# The load of an empty Odoo: nothing is written to Products Manager.
direction = "to_erp"
winner    = "pm"

# A little more than the plan says.
limits = {
  creates = 5000
  updates = 20
  deletes = 0
}

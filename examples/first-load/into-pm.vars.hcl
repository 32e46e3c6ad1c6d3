# The load of an empty Products Manager: nothing is written to Odoo.
direction = "to_pm"
winner    = "erp"

# A little more than the plan says.
limits = {
  creates = 5000
  updates = 20
  deletes = 0
}

# What runs when the load is done. Read by every command that names no other file.
direction = "both"
winner    = "manual"

limits = {
  creates = 100
  updates = 200
  deletes = 10
}

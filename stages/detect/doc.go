// Package detect is the first stage: which records may have changed, and which belong together.
//
// An incremental cycle reads each side's changes since its cursor and drops what was already handled
// with the same stamp; a full pass lists everything. Beside that come the records that are due in
// quarantine and the conflicts that somebody settled. Records that are not linked are paired by the match
// keys (pair.go), so detection reads both sides to the end before it yields the first item; what it must
// remember for that is kept small in memory, and the records that a listing brought along go to a
// temporary file.
//
// Invariant 4 (no skip): it returns cursors that are taken before the first row was read, and only
// when both sides were read to the end. Invariant 5 (absence is not deletion): a record is proven gone
// only when two complete listings did not hold it, or when its side says so (absence.go).
package detect

// Package hookqueue keeps what webhooks told until a cycle has read it.
//
// Each entry is one record of one source for one pipeline, however often it is called about: memory and disk
// grow with the records that wait, up to a bound, and not with the calls. Put returns when the entry is durable;
// calls that come together share one write to the disk, and a call about a record that waits already needs none.
//
// An entry leaves only after a cycle that began later has ended well (Done). What is called about meanwhile stays.
// Invariant 4 does not rest on any of this: a lost hint is found by the next poll.
package hookqueue

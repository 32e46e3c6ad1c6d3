// Package state keeps what Tandem knows between cycles, in a directory: links with their bases, intents,
// conflicts, quarantine, cursors, reports and the history. It implements pipeline.Store with Pebble.
//
// A lost or damaged directory is safe: without it the records are paired anew and nothing is deleted.
// docs/state.md tells an operator about it.
//
// The package keeps, for its part:
//
//   - Invariant 2 and 3: what a cycle learns about a link, and the intents that it settles, are one
//     atomic, durable batch; an intent is durable when Intend returns.
//   - Invariant 4: a cursor is stored after everything that was committed before it.
//   - Invariant 6: an event of the history is stored with the commit that it explains.
//   - Invariant 8: one process per directory.
//
// Every write is durable when it returns, also where the contract asks for less: one fsync a batch costs
// little beside the network, and Pebble keeps a write that is not synced in the memory of the process.
//
// Read schema.go for what is stored where, state.go for opening, commit.go for what a cycle stores; the
// files named after the contracts (links.go, conflicts.go, …) hold the reads. internal/kv is Pebble with
// the locking and the care for full disks; statetest holds the contract as tests.
package state

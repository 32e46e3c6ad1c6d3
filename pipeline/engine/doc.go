// Package engine runs the cycles of one pipeline: it describes both sides, lets the stages work on
// batches that stream through, applies the brakes, and moves the cursors when everything is handled.
//
// A cycle goes through the records twice. The first pass (detect, fetch, transform, resolve) decides
// and keeps the decided items in a temporary file; only when all of them are decided can the brakes be
// applied, so only then the second pass writes. A plan is the first pass alone.
//
// Invariant 4 (no skip): the position moves only after every item was handled. Invariant 8 (one
// writer): one cycle at a time. Invariant 9 (brakes fail closed): brakes.go, before the first write.
// Invariant 10: a dry run calls nothing that writes.
//
// Beside the ordinary cycles there are two that somebody asks for (asked.go): apply.go carries out a plan
// that was kept (keep.go), undo.go takes back what a cycle wrote. Both work on named records instead of
// what detection finds (again.go), refuse what moved meanwhile (moved.go, revert.go), and move no cursor.
// explain.go shows one record as a cycle would see it.
//
// Read engine.go, then cycle.go, brakes.go and plan.go; retrying.go is the endpoint as the engine sees
// it: with retries and rate limits handled.
package engine

// Package kv is an ordered key-value store on the local disk: Pebble, with what Tandem needs around it.
//
// What it adds: one process per directory, told apart by name and pid; one writer at a time, so that an
// update may read what it is about to change; every update durable when it returns; and a disk that
// fails is an error of the caller, never the end of the process.
//
// The last one needs care, because Pebble ends the process on most failures to write: some through
// Logger.Fatalf, some by a panic that holds a lock, which Go cannot recover from. So Pebble never sees
// such a failure. guard.go stands between it and the file system: a write that fails is tried again
// until it works, and whoever waits for it is told meanwhile. What was on its way when the disk filled
// up is then stored whole once there is room, or never if the process ends first.
//
// It keeps Invariant 8 (one process per state directory).
//
// Read db.go first, then guard.go.
package kv

// Package simulation runs whole pipelines against two simulated systems and tries to break them: people
// edit on both sides at random, transactions commit late, calls fail before and after their effect, the
// process crashes at any step and starts again on what its disk kept. Afterwards, when everything has
// become quiet, it holds the end state against the invariants.
//
// Everything random comes from one seed, and the clock is virtual, so a seed replays exactly. The engine,
// the stages and the state (Pebble on a file system in memory that can crash) are the real ones.
//
// The worlds of the seeds above FamiliesFrom have products with variants, which the right side makes families of
// as Odoo does: families.go edits those. Not all of these seeds hold yet, so the gate plays the others.
//
// world.go builds the two systems and the pipeline, people.go edits, trouble.go breaks things, run.go is
// the course of one seed, oracle.go are the assertions.
package simulation

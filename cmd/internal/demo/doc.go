// Package demo shows Tandem at work on one machine with nothing else installed: a stand-in for Products
// Manager, a stand-in for Odoo 18, a shop's catalogue in both, and the daemon between them, all in one
// process. The daemon is the real one, with a configuration that anybody can read in a directory.
//
// sample holds the catalogue, one file a system in that system's own terms, and the configuration. A few
// of its products are odd on purpose; sample.go tells which and why. shop.go is the two systems and what
// their staff do in them; desk.go is a page to look at both and to edit them. configuration.go writes
// the directory, demo.go runs everything, guide.go says what to try, watch.go tells what the cycles do,
// and once.go is a morning's work of the staff for `tandem demo --once`.
package demo

// Package memory is a real endpoint whose system lives in memory: a small product database with its
// own clock, stamps of a chosen granularity, long transactions, unique fields and faults on demand.
//
// It serves the tests of the engine and the seeded simulation of whole pipelines, and it is the
// reference that the conformance suite (endpointtest) is tried on first. A System is both ends of the
// wire: what Tandem is connected to (pipeline.Endpoint) and what the people of the shop work in
// (Insert, Edit, Delete, Begin). It is deterministic: keys are a counter, listings are in key order, and
// time passes only as Config.Now says.
//
// It behaves like the real systems where that is awkward: every write moves the stamp, also one that
// changes nothing; a transaction's stamp is the time at which it began; stamps are coarse; values are
// stored as Field.Canonical makes them; an image is encoded anew, and its reference tells nothing of its content.
//
// With Config.Family it has families of variants as Odoo does: see family.go.
//
// Read config.go first, then system.go for the rows and their versions, shop.go for transactions,
// read.go, write.go, image.go and settle.go for the endpoint, fault.go for what can go wrong.
package memory

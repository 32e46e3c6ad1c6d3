// Package odoosim is a stand-in for an Odoo server: a real HTTP server that speaks XML-RPC and JSON-2 as
// recorded from Odoo 16, 18 and 19, with a database in memory. It serves the demo, the tests of the whole product
// and the benchmarks; where it differs from the recordings, it is wrong, and replay_test.go says so.
//
// It keeps what makes a real server hard to follow: write dates that are the start of a transaction,
// are cut to the second when read and do not move for every edit; archived products whose variants are
// not reached; `search_read` that forgets active_test; actions that fault after they committed; faults
// whose texts blame the wrong thing; prices rounded to two digits; a `load` that is all or nothing.
// What differs between versions is one table, internal/orm/dialect.go.
//
// It is not a whole Odoo: no prices per customer, no accounting, no mail, no record rules, one
// process. Stock and images do what the recordings of them do.
//
// Read config.go and server.go, then rpc.go (services), answer.go (the wire) and json2.go for what a client sees;
// session.go, tx.go and products.go for what tests and the demo use from inside; trouble.go for the
// faults that can be ordered. The models are in internal/models, the ORM below them in internal/orm.
package odoosim

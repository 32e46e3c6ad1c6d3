// Package rpc calls the models of one Odoo database over its external API.
//
// A Client logs in once and keeps the user's id, bounds the calls under way and the time and size of
// each, reads the server's clock from its answers, and turns everything that can go wrong into a
// *pipeline.Error: what broke, whether the call may have taken effect all the same, and what to do. A
// traceback is never shown, nor a secret. It repeats a call only after a login that had expired, which
// cannot have had an effect.
//
// It speaks XML-RPC or, from Odoo 19 on, JSON-2. Callers write calls in one way for both: arguments by
// position, options by name.
//
// Read client.go for calls and logins, protocol.go for what an API must offer, xmlrpc.go and json2.go for
// the two that are there and choose.go for which is taken, wire.go for HTTP, failures.go for broken
// connections and answers, faults.go and named.go for what Odoo says itself, and clock.go.
package rpc

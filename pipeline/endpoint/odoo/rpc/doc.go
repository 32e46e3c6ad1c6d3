// Package rpc calls the models of one Odoo database over its external API.
//
// A Client logs in once and keeps the user's id, bounds the calls under way and the time and size of
// each, reads the server's clock from its answers, and turns everything that can go wrong into a
// *pipeline.Error: what broke, whether the call may have taken effect all the same, and what to do. A
// traceback is never shown, nor a secret. It repeats a call only after a login that had expired, which
// cannot have had an effect.
//
// Read client.go for calls and logins, protocol.go for what an API must offer and xmlrpc.go for the one
// that is there, failures.go for broken connections and answers, faults.go for what Odoo says itself, and
// clock.go.
package rpc

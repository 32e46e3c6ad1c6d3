// Package transport makes the HTTP transports by which endpoints reach their systems: how a server proves who it is,
// and how Tandem does. A server is always verified; there is no setting that leaves it out.
//
// Invariants of the pipeline are none of its business. Read tls.go.
package transport

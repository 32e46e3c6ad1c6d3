// Package planfile is the form of a kept plan (`tandem plan -out FILE`): JSON lines, of which the first
// says what the plan belongs to, the last signs all others, and those between are the planned records with
// all that decided them.
//
// A plan is written and read as a stream, so that its length takes no memory. The signature is an HMAC with
// a key that never leaves the state directory: a plan that was edited, cut off, or made with another state
// is refused before any of it is used.
//
// Read planfile.go for the lines, then write.go and read.go.
package planfile

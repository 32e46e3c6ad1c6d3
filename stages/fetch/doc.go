// Package fetch is the second stage: the current records of the keys that detection named.
//
// The side that changed comes first. The other side of a linked pair is asked only when the first one
// really differs from its base: most hints are echoes of our own writes or touch fields that are not
// mapped, and one request a record is what some systems charge for looking.
package fetch

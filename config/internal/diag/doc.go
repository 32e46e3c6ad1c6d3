// Package diag collects what is wrong with a configuration. It is a thin layer over hcl.Diagnostics with
// the habits of this project: every detail is made of full sentences that say what was found and what
// to write, near misses are named, and nothing stops at the first error.
//
// diag.go holds the list, suggest.go the did-you-mean.
package diag

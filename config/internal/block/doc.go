// Package block reads the blocks of a configuration: their shape against a Shape, the values of their
// attributes by type, and whole settings structs by their hcl tags. It goes on after an error, so that
// everything that is wrong with a block is told at once.
//
// shape.go is about which attributes and blocks there are, values.go about what they hold, settings.go
// about structs.
package block

// Package testrun runs the tests of a configuration: it puts the records of a test through the stages transform and
// resolve, as a cycle does, and compares what they decide with what the test expects. Nothing is asked or written
// anywhere.
//
// Read run.go for a test as a whole, item.go for how its records become the item of a cycle, compare.go for what is
// expected, coverage.go for what no test expects.
package testrun

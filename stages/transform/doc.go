// Package transform is the third stage: each side's record to canonical values, and the values that
// move to the other side's terms, by the mapping.
//
// A value is carried only when it may have to move: expressions are not evaluated for the fields that
// are what they were. It does no I/O; references such as categories are carried as paths, which each
// endpoint turns into its own.
package transform

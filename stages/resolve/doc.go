// Package resolve is the fourth stage: the merge. For every field it compares both sides with their
// bases and with each other and decides; for every record it decides whether it is made, changed,
// removed or left alone on each side. It is pure: no I/O, no clock, no state.
//
// The table of design section "Reconciling one field" is field.go; records that exist on one side only
// are record.go; what is to be written follows from the decisions in mutation.go.
//
// Invariant 5 (absence is not deletion): only a record that detection proved gone counts as gone.
// Invariant 6 (no silent loss): a field that both sides changed differently is decided by a rule that
// the decision names, with both values and the base, or waits. Invariant 7 (no echo): equal values
// write nothing.
package resolve

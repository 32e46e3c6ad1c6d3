package pipeline

import (
	"strings"
	"time"
)

// Side is one of the two sides of a pipeline. It indexes the [2]T arrays of this package.
type Side uint8

// The two sides.
const (
	Left Side = iota
	Right
)

// Sides lists both, for ranging.
func Sides() [2]Side { return [2]Side{Left, Right} }

// Other returns the opposite side.
func (s Side) Other() Side { return 1 - s }

func (s Side) String() string { return [2]string{"left", "right"}[s] }

// Key is the id of a record on its side. Only its endpoint knows what it is made of. "" is no record.
type Key string

// Values holds values by name. In a Record the names are the side's own fields; in a base and in
// everything decided they are the mapping's names (the left side's field).
type Values map[string]Value

// Record is one product as a side holds it.
type Record struct {
	Key    Key    `json:"key"`
	Fields Values `json:"fields"` // canonical, by the side's own field names; only the fields asked for
	// Modified is the side's modification time on this process's clock (the endpoint corrects by the
	// offset it sees); zero when the side does not say.
	Modified time.Time `json:"modified,omitzero"`
	// Stamp changes whenever the record does (a version, or a date with the side's granularity); ""
	// when the side has none.
	Stamp string `json:"stamp,omitempty"`
	// Settled says that a later edit must show another Stamp. False while the stamp's second, or
	// whatever granularity the side has, was not over when the record was read.
	Settled bool `json:"settled,omitempty"`
	// Lacking are the fields that a record of a family does not hold of its own: a parent has no barcode, a
	// variant no category. They are neither compared nor written. What Fields gives for them is for the making
	// of a partner alone.
	Lacking []string `json:"lacking,omitempty"`
	// Err is why this one record could not be read although others could; then only Key is set.
	Err *Error `json:"err,omitempty"`
	// Excluded, if set, is why the record takes no part (a template with several variants, say).
	Excluded string `json:"excluded,omitempty"`
}

// Change is a key that may differ from its base.
type Change struct {
	Key   Key
	Stamp string
	// Record is the record itself where the listing held every field asked for; nil means fetch it.
	Record *Record
	// Gone is an explicit tombstone: the side says that it deleted this record.
	Gone bool
}

// LinkID names a link; it is unique within a state directory and never used again.
type LinkID string

// Link is a pair of keys with its base.
type Link struct {
	ID   LinkID `json:"id"`
	Keys [2]Key `json:"keys"`
	// Base holds per side what the mapped fields were when the pair last agreed, by mapping name. A
	// name that is absent has no base: the field is treated as new.
	Base [2]Values `json:"base"`
	// Seen is per side the stamp of the record last handled, "" if it must be looked at again.
	Seen [2]string `json:"seen"`
	// Missing is per side the full pass whose complete listing was the first not to hold the record.
	Missing [2]CycleID `json:"missing"`
	// Gone is per side that the record is proven gone and the `deletes` policy was carried out; the
	// link stays so that the survivor is not made anew.
	Gone [2]bool `json:"gone"`
	// Outside: the pair took no part when it was last looked at, so what its records held then was not
	// handled, and both are looked at when it takes part again.
	Outside bool `json:"outside,omitempty"`
	// Takes are what fields took lately, by which one that flips is recognised; nil for none.
	Takes Takes `json:"takes,omitempty"`
	// Read is per side what the expressions that read other fields of its record were given when the pair agreed on
	// the field that they make; nil for none.
	Read    [2]Readings `json:"read,omitzero"`
	Created time.Time   `json:"created,omitzero"`
	Updated time.Time   `json:"updated,omitzero"`
}

// CycleID names a cycle, as 20261124T155012Z-0003: its start and a number that grows.
type CycleID string

// Started returns when the cycle began, the zero time where the id does not say.
func (c CycleID) Started() time.Time {
	at, _, _ := strings.Cut(string(c), "-")
	t, err := time.Parse("20060102T150405Z", at)
	if err != nil {
		return time.Time{}
	}
	return t
}

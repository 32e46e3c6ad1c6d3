package pipeline

import (
	"hash/fnv"
	"maps"
	"slices"
)

// An expression that reads other fields of its record follows them: where one of these changes, the side that the
// record is on has changed in the field that is computed (docs/adr/0019).

// Digest tells a value from every other; 0 is none.
type Digest uint64

// DigestOf returns the digest of v: equal values have equal ones.
func DigestOf(v Value) Digest {
	h := fnv.New64a()
	_, _ = h.Write(v.appendJSON(nil)) // never fails
	return Digest(max(h.Sum64(), 1))
}

// Reading is what an expression was given beside the value that it carries, and what it made of both.
type Reading struct {
	// Given are the fields that it reads, by the side's own names. One that is absent was never looked at.
	Given map[string]Digest `json:"given"`
	// Gave is its result for the other side; 0 where that was not worked out.
	Gave Digest `json:"gave,omitempty"`
}

// Readings are the readings of a record's expressions, by mapping name.
type Readings map[string]Reading

// Equal compares two readings.
func (r Reading) Equal(o Reading) bool { return r.Gave == o.Gave && maps.Equal(r.Given, o.Given) }

// Equal compares two sets of readings.
func (r Readings) Equal(o Readings) bool { return maps.EqualFunc(r, o, Reading.Equal) }

// Moved returns the fields that are not now what they were in r, sorted. One that was never looked at is none of them.
func (r Reading) Moved(now Reading) []string {
	var moved []string
	for name, was := range r.Given {
		if is, read := now.Given[name]; read && is != was {
			moved = append(moved, name)
		}
	}
	slices.Sort(moved)
	return moved
}

// Knows tells whether r holds every field that now does.
func (r Reading) Knows(now Reading) bool {
	for name := range now.Given {
		if _, known := r.Given[name]; !known {
			return false
		}
	}
	return true
}

// Follows tells whether what the field's expression makes of the records of a side depends on other fields of theirs.
func (f MappedField) Follows(from Side) bool {
	to := from.Other()
	return f.Writes[to] && f.Carry[to] != nil && len(f.Reads[from]) > 0
}

// Readings returns what the expressions of a side are given by a record; nil where none reads anything.
func (c *Cycle) Readings(s Side, r *Record) Readings {
	var all Readings
	for _, f := range c.Definition.Fields {
		if !f.Follows(s) {
			continue
		}
		if all == nil {
			all = Readings{}
		}
		given := make(map[string]Digest, len(f.Reads[s]))
		for _, name := range f.Reads[s] {
			given[name] = c.DigestOn(s, name, r.Fields[name])
		}
		all[f.Name] = Reading{Given: given}
	}
	return all
}

// DigestOn returns the digest of what a field of a side holds.
func (c *Cycle) DigestOn(s Side, field string, v Value) Digest {
	if t, ok := c.About[s].Schema.Lookup(field); ok {
		if canonical, err := t.Canonical(v); err == nil {
			v = canonical
		}
	}
	return DigestOf(v)
}

// Agreed returns what the expression of mapped field i was given by the record of a side when the pair agreed on
// the field. What is not known of that, since the expression or this memory is newer than the pair, is what the
// pair agreed on in the fields that it reads, as far as these are mapped.
func (c *Cycle) Agreed(l *Link, s Side, i int) Reading {
	f := c.Definition.Fields[i]
	known := l.Read[s][f.Name]
	r := Reading{Given: make(map[string]Digest, len(f.Reads[s])), Gave: known.Gave}
	for _, name := range f.Reads[s] {
		if d, ok := known.Given[name]; ok {
			r.Given[name] = d
		} else if base, ok := c.baseOf(l, s, name); ok {
			r.Given[name] = DigestOf(base)
		}
	}
	return r
}

// baseOf returns the base of the mapped field that is called so on a side.
func (c *Cycle) baseOf(l *Link, s Side, name string) (Value, bool) {
	for _, f := range c.Definition.Fields {
		if f.Fields[s] == name {
			v, ok := l.Base[s][f.Name]
			return v, ok
		}
	}
	return Value{}, false
}

// ReadsMoved tells whether a record of a link gives one of its expressions something else than when the pair agreed.
func (c *Cycle) ReadsMoved(l *Link, s Side, r *Record) bool {
	now := c.Readings(s, r)
	for i, f := range c.Definition.Fields {
		if reading, ok := now[f.Name]; ok && len(c.Agreed(l, s, i).Moved(reading)) > 0 {
			return true
		}
	}
	return false
}

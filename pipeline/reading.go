package pipeline

import (
	"maps"
	"slices"
)

// An expression that reads other fields of its record follows them: where one of these changes, the side that the
// record is on has changed in the field that is computed (docs/adr/0019).

// Digest tells a value from every other; 0 is none.
type Digest uint64

// DigestOf returns the digest of v: equal values have equal ones. It is FNV-1a of 64 bits, over the kinds and contents.
func DigestOf(v Value) Digest {
	d := Digest(14695981039346656037).number(uint64(v.kind))
	switch v.kind {
	case KindBool:
		if v.bool {
			d = d.number(1)
		}
	case KindNumber:
		d = d.text(v.number.String()) // without zeros at the end
	case KindText:
		d = d.text(v.text)
	case KindList:
		for _, e := range v.list {
			d = d.number(uint64(DigestOf(e)))
		}
	case KindObject:
		for _, name := range slices.Sorted(maps.Keys(v.object)) {
			d = d.number(uint64(len(name))).text(name).number(uint64(DigestOf(v.object[name])))
		}
	}
	return max(d, 1)
}

func (d Digest) text(s string) Digest {
	for i := range len(s) {
		d = (d ^ Digest(s[i])) * 1099511628211
	}
	return d
}

func (d Digest) number(n uint64) Digest {
	for range 8 {
		d = (d ^ Digest(n&0xff)) * 1099511628211
		n >>= 8
	}
	return d
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
// the field.
func (c *Cycle) Agreed(l *Link, s Side, i int) Reading {
	f := c.Definition.Fields[i]
	r := Reading{Given: make(map[string]Digest, len(f.Reads[s])), Gave: l.Read[s][f.Name].Gave}
	for _, name := range f.Reads[s] {
		if d, known := c.given(l, s, f, name); known {
			r.Given[name] = d
		}
	}
	return r
}

// given returns what a field that is read was when the pair agreed. Where the expression or this memory is newer than
// the pair, that is what the pair agreed on in the field that is read, if that is mapped.
func (c *Cycle) given(l *Link, s Side, f MappedField, read string) (Digest, bool) {
	if d, known := l.Read[s][f.Name].Given[read]; known {
		return d, true
	}
	for _, g := range c.Definition.Fields {
		if g.Fields[s] == read {
			base, known := l.Base[s][g.Name]
			return DigestOf(base), known
		}
	}
	return 0, false
}

// ReadsMoved tells whether a record of a link gives one of its expressions something else than when the pair agreed.
func (c *Cycle) ReadsMoved(l *Link, s Side, r *Record) bool {
	for _, f := range c.Definition.Fields {
		if !f.Follows(s) {
			continue
		}
		for _, name := range f.Reads[s] {
			if d, known := c.given(l, s, f, name); known && d != c.DigestOn(s, name, r.Fields[name]) {
				return true
			}
		}
	}
	return false
}

package config

import (
	"fmt"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// place is a mapped field on one side.
type place struct {
	side  pipeline.Side
	field int // index of Definition.Fields
}

// circular reports expressions that are computed from each other's results across both sides: every cycle would write
// what the next one computes from.
func (c *compiler) circular() {
	done := map[place]bool{}
	for i := range c.def.Fields {
		for _, s := range pipeline.Sides() {
			if ring := c.ring(place{s, i}, nil, done); ring != nil {
				c.reportRing(ring)
				return // there may be more; each edit shows the next
			}
		}
	}
}

// ring follows what is computed from a place and returns the first way that comes back to where it was, nil if none does.
func (c *compiler) ring(at place, way []place, done map[place]bool) []place {
	for i, p := range way {
		if p == at {
			return way[i:]
		}
	}
	if done[at] {
		return nil
	}
	way = append(way[:len(way):len(way)], at)
	for i, f := range c.def.Fields {
		if f.Follows(at.side) && c.reads(f, at) {
			if ring := c.ring(place{at.side.Other(), i}, way, done); ring != nil {
				return ring
			}
		}
	}
	done[at] = true
	return nil
}

// reads tells whether what a field makes of the records of a side is computed from the field of that place.
func (c *compiler) reads(f pipeline.MappedField, at place) bool {
	name := c.def.Fields[at.field].Fields[at.side]
	for _, read := range f.Reads[at.side] {
		if read == name || strings.HasPrefix(read, name+".") || strings.HasPrefix(read, name+"[") {
			return true
		}
	}
	return false
}

func (c *compiler) reportRing(ring []place) {
	var steps []string
	for i, p := range ring {
		next := ring[(i+1)%len(ring)]
		steps = append(steps, fmt.Sprintf("%q of %q is computed from %q of %q",
			c.fieldAt(next), c.sides[next.side].label, c.fieldAt(p), c.sides[p.side].label))
	}
	first := ring[len(ring)-1].side.Other()
	a := c.carry[ring[0].field].to[first]
	c.diags.Error(a.Range(), "Fields computed from each other", "%s: each cycle may write what the next one computes from, without end. Take an expression out of the circle, or give its field a direction.", strings.Join(steps, ", and "))
}

func (c *compiler) fieldAt(p place) string { return c.def.Fields[p.field].Fields[p.side] }

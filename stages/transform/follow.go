package transform

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// reread compares what the expression of field i is given by the record of a side with what it was given when the
// pair agreed, and returns the fields that moved; nil where both records are not there. It keeps what the expression
// gave then, which goes on holding until it is worked out anew.
func reread(c *pipeline.Cycle, it *pipeline.Item, from pipeline.Side, i int) []string {
	name := c.Definition.Fields[i].Name
	now, reads := it.Read[from][name]
	if !reads || it.Link == nil || it.Own[from.Other()] == nil || c.Apart(it.Records, i) || slices.Contains(it.Unrelated, i) {
		return nil
	}
	agreed := c.Agreed(it.Link, from, i)
	it.Noted = it.Noted || !agreed.Knows(now)
	now.Gave = agreed.Gave
	it.Read[from][name] = now
	return agreed.Moved(now)
}

// follow notes what the expression of field i gives, and tells whether its side has changed by that: fields that it
// reads moved, and it gives something else than it gave, and than the other side already agreed on. edited: the field
// itself may have to move anyway.
func follow(c *pipeline.Cycle, it *pipeline.Item, from pipeline.Side, i int, moved []string, v pipeline.Value, edited bool) bool {
	name := c.Definition.Fields[i].Name
	reading, reads := it.Read[from][name]
	if !reads {
		return false
	}
	was := reading.Gave
	reading.Gave = pipeline.DigestOf(v)
	it.Read[from][name] = reading
	if len(moved) == 0 {
		return false
	}
	if base, ok := it.Link.Base[from.Other()][name]; reading.Gave == was || ok && base.Equal(v) {
		if !edited {
			it.Reread[from] = append(it.Reread[from], name)
			it.Noted = true
		}
		return false
	}
	if it.Follows[from] == nil {
		it.Follows[from] = map[string][]string{}
	}
	it.Follows[from][name] = moved
	return true
}

package pipeline

import (
	"context"
	"fmt"
	"slices"
)

// A family is a product with variants: one record for what they have in common, the parent, and one for each
// variant, the children. A child names its parent in a field of TypeReference, each system in its own way, and
// tells by its attributes which variant it is.

// Family names the mapped fields, by mapping name, that make families of records; the zero Family is none:
// variants are left out.
type Family struct {
	Parent     string // of TypeReference on both sides
	Attributes string // an object of texts, by attribute
}

// VariantFields are a kind's own names of the fields of Family.
type VariantFields struct{ Parent, Attributes string }

// Pending is a reference to what a record that the other side names so will have become there: its partner
// is not made yet. The write stage replaces it before it sends anything.
func Pending(reference Value) Value { return Object(map[string]Value{pendingKey: reference}) }

const pendingKey = "partner_of"

// AsPending returns what a pending reference names; false for every other value.
func AsPending(v Value) (reference Value, ok bool) {
	if v.kind != KindObject || len(v.object) != 1 {
		return Value{}, false
	}
	reference, ok = v.object[pendingKey]
	return reference, ok
}

// refers tells whether mapped field i refers to records on both sides.
func (c *Cycle) refers(i int) bool {
	return c.Types[Left][i].Type == TypeReference && c.Types[Right][i].Type == TypeReference
}

// References returns the indexes of the mapped fields that refer to records on both sides.
func (c *Cycle) References() (indexes []int) {
	for i := range c.Definition.Fields {
		if c.refers(i) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// Related is what became of references.
type Related struct {
	// Found are by reference what the other side calls the record.
	Found map[string]Value
	// Missing says why a reference has nothing that it can be carried to.
	Missing map[string]*Error
}

// Relate carries references that records of one side hold in mapped field i to the other side's terms, by the
// links.
func (c *Cycle) Relate(ctx context.Context, links Links, from Side, i int, references []string) (Related, error) {
	r := Related{Found: map[string]Value{}, Missing: map[string]*Error{}}
	keys, err := c.namedRecords(ctx, links, from, i, references, r)
	if err != nil || len(keys) == 0 {
		return r, err
	}
	var all []Key
	for _, ks := range keys {
		all = append(all, ks...)
	}
	linked, err := links.LinksByKey(ctx, from, all)
	if err != nil {
		return r, err
	}
	for reference, ks := range keys {
		var of []*Link
		for _, k := range ks {
			if l := linked[k]; l != nil && !l.Gone[from] {
				of = append(of, l)
			}
		}
		switch {
		case len(of) == 0:
			r.Missing[reference] = c.noParent(from, i, reference, "has no partner on %s yet", c.Definition.Sources[from.Other()])
		case len(of) > 1:
			r.Missing[reference] = c.noParent(from, i, reference, "is the name of several products")
		default:
			v := c.nameOf(of[0], from.Other(), i)
			if v.IsNull() {
				r.Missing[reference] = c.noParent(from, i, reference, "has a partner on %s that has no %s", c.Definition.Sources[from.Other()], c.Types[from.Other()][i].Via)
				continue
			}
			r.Found[reference] = v
		}
	}
	return r, nil
}

// namedRecords returns the keys of the records that references name.
func (c *Cycle) namedRecords(ctx context.Context, links Links, side Side, i int, references []string, r Related) (map[string][]Key, error) {
	keys := make(map[string][]Key, len(references))
	via := c.Types[side][i].Via
	if via == "" {
		for _, reference := range references {
			keys[reference] = []Key{Key(reference)}
		}
		return keys, nil
	}
	owners, err := links.Owners(ctx, side, c.mappedAs(side, via), references)
	if err != nil {
		return nil, err
	}
	for _, reference := range references {
		if ks := owners[reference]; len(ks) > 0 {
			keys[reference] = ks
		} else {
			r.Missing[reference] = c.noParent(side, i, reference, "is not there")
		}
	}
	return keys, nil
}

// nameOf is what records of a side call the record of a link in field i.
func (c *Cycle) nameOf(l *Link, side Side, i int) Value {
	if via := c.Types[side][i].Via; via != "" {
		return l.Base[side][c.mappedAs(side, via)]
	}
	if l.Gone[side] {
		return Value{}
	}
	return Text(string(l.Keys[side]))
}

// mappedAs returns the mapping name of a side's own field, "" if it is not mapped.
func (c *Cycle) mappedAs(side Side, own string) string {
	i := slices.IndexFunc(c.Definition.Fields, func(f MappedField) bool { return f.Fields[side] == own })
	if i < 0 {
		return ""
	}
	return c.Definition.Fields[i].Name
}

func (c *Cycle) noParent(side Side, i int, reference, why string, args ...any) *Error {
	f := c.Definition.Fields[i]
	return &Error{
		Code: CodeParentMissing,
		Message: fmt.Sprintf("%s names %q as its parent in %q, which %s",
			c.Definition.Sources[side], reference, f.Fields[side], fmt.Sprintf(why, args...)),
	}
}

// Lacks tells whether a record of a family does not hold a field of its own: see Record.Lacking.
func (r *Record) Lacks(field string) bool { return r != nil && slices.Contains(r.Lacking, field) }

// Apart tells whether mapped field i is of no matter to a pair, since one of its records does not hold it.
func (c *Cycle) Apart(records [2]*Record, i int) bool {
	f := c.Definition.Fields[i]
	return records[Left].Lacks(f.Fields[Left]) || records[Right].Lacks(f.Fields[Right])
}

// Kin names the family of a link, by what the parent is called on the side that has the firmest names; "" where
// variants are left out.
func (c *Cycle) Kin(l *Link) string {
	d := c.Definition
	i := slices.IndexFunc(d.Fields, func(f MappedField) bool { return f.Name == d.Family.Parent })
	if l == nil || d.Family.Parent == "" || i < 0 {
		return ""
	}
	side := Left
	if c.Types[Left][i].Via != "" {
		side = Right
	}
	if parent := l.Base[side][d.Family.Parent]; !parent.IsNull() {
		return parent.String()
	}
	return c.nameOf(l, side, i).String()
}

// Batch returns how many records the next batch holds, given the families of those that are left, in order: no
// more than BatchSize, and no family in part unless it is larger than that.
func (c *Cycle) Batch(kin []string) int {
	n := min(len(kin), c.BatchSize())
	if n == len(kin) {
		return n
	}
	for whole := n; whole > 0; whole-- {
		if kin[whole] == "" || kin[whole-1] != kin[whole] {
			return whole
		}
	}
	return n
}

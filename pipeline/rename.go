package pipeline

import "context"

// CategoryRename is a category that gets another name or place, with all that is in it and below it. Paths
// are those of the side whose category it is.
type CategoryRename struct {
	Side Side
	// Field is an index of Definition.Fields; Name is the side's own field.
	Field    int
	Name     string
	From, To Value
	// Records is how many products it moves: all that are in the category and below.
	Records int
}

// CategoryRenamer is an Endpoint whose categories are records of their own, to which products refer: one write
// of a category does for all its products.
type CategoryRenamer interface {
	// CanRename tells why the rename would do something else than move its records ("" where it would
	// not): the category is not there once, the other one is already, it holds other products too. It
	// writes nothing.
	CanRename(ctx context.Context, r CategoryRename) (obstacle string, err error)
	// Rename carries it out, if CanRename allows it. It may be repeated. After an error the products are
	// as they were, or moved.
	Rename(ctx context.Context, r CategoryRename) error
}

// Moves tells what the rename makes of a path; false for one that it does not move.
func (r CategoryRename) Moves(f Field, path Value) (Value, bool) {
	levels, from := f.Levels(path), f.Levels(r.From)
	if len(levels) < len(from) {
		return path, false
	}
	for i, name := range from {
		if levels[i] != name {
			return path, false
		}
	}
	return f.Path(append(f.Levels(r.To), levels[len(from):]...)), true
}

// MovedPath returns the field, by index, in which the decision moves an updated record of a side to another
// path; -1 if it does not.
func (c *Cycle) MovedPath(it *Item, side Side, d Decision) int {
	m := it.Mutations[side]
	if m == nil || m.Kind != Update || !d.Writes[side] || d.Verdict != Taking(side.Other()) || d.After[side].IsNull() {
		return -1
	}
	for i, f := range c.Definition.Fields {
		if f.Name == d.Field {
			if c.Types[side][i].Type != TypePath || !d.Base[side].Equal(d.Values[side]) {
				return -1
			}
			return i
		}
	}
	return -1
}

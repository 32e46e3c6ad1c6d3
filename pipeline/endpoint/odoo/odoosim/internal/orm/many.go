package orm

import "slices"

// The commands by which a field of many records is written.
const (
	commandCreate = 0
	commandUpdate = 1
	commandDelete = 2
	commandUnlink = 3
	commandLink   = 4
	commandClear  = 5
	commandSet    = 6
)

// command is one element of what is written to a field of many records: [6, 0, [ids]], [4, id],
// [0, 0, {values}], or simply an id.
type command struct {
	kind   int
	id     int64
	ids    []int64
	values Values
}

func commandsOf(v any) []command {
	list, _ := v.([]any)
	commands := make([]command, 0, len(list))
	var plain []int64
	for _, e := range list {
		switch x := e.(type) {
		case int64:
			plain = append(plain, x)
		case []any:
			commands = append(commands, commandOf(x))
		}
	}
	if len(plain) > 0 {
		commands = append(commands, command{kind: commandSet, ids: plain})
	}
	return commands
}

func commandOf(x []any) command {
	var c command
	if len(x) > 0 {
		kind, _ := x[0].(int64)
		c.kind = int(kind)
	}
	if len(x) > 1 {
		c.id, _ = x[1].(int64)
	}
	if len(x) > 2 {
		c.ids = IDs(x[2])
		c.values, _ = x[2].(Values)
	}
	return c
}

// IDs returns the ids that v, an id or a list of them, holds.
func IDs(v any) []int64 {
	switch x := v.(type) {
	case int64:
		return []int64{x}
	case []int64:
		return slices.Clone(x)
	case []any:
		ids := make([]int64, 0, len(x))
		for _, e := range x {
			if id, ok := e.(int64); ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	return nil
}

// manyAfter returns the ids of a Many2many after v was written to it.
func manyAfter(ids []int64, v any) []int64 {
	if set, ok := v.([]int64); ok {
		return slices.Clone(set)
	}
	ids = slices.Clone(ids)
	for _, c := range commandsOf(v) {
		switch c.kind {
		case commandSet:
			ids = slices.Clone(c.ids)
		case commandClear:
			ids = nil
		case commandLink:
			if !slices.Contains(ids, c.id) {
				ids = append(ids, c.id)
			}
		case commandUnlink, commandDelete:
			ids = slices.DeleteFunc(ids, func(id int64) bool { return id == c.id })
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// writeLinked writes the records that a Many2many leads to, where a command says so.
func (e *Env) writeLinked(f *Field, v any) error {
	if f.Type != Many2many {
		return nil
	}
	for _, c := range commandsOf(v) {
		if c.kind != commandUpdate {
			continue
		}
		if err := e.Write(e.DB.models[f.Relation], []int64{c.id}, c.values); err != nil {
			return err
		}
	}
	return nil
}

// writeChildren carries the commands written to a One2many out on the other model.
func (e *Env) writeChildren(r *Row, f *Field, v any) error {
	m := e.DB.models[f.Relation]
	for _, c := range commandsOf(v) {
		var err error
		switch c.kind {
		case commandCreate:
			values := Values{f.Inverse: r.ID}
			for name, v := range c.values {
				values[name] = v
			}
			_, err = e.Create(m, []Values{values})
		case commandUpdate:
			err = e.Write(m, []int64{c.id}, c.values)
		case commandDelete, commandUnlink:
			err = e.Unlink(m, []int64{c.id})
		case commandClear:
			err = e.Unlink(m, m.table.Having(f.Inverse, r.ID))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

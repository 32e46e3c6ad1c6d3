package orm

import "time"

// scalarLeaf compiles a condition on one plain value of the row.
func (e *Env) scalarLeaf(f *Field, operator string, value any) (condition, error) {
	get := e.getter(f)
	switch operator {
	case "like", "ilike", "=like", "=ilike", "not like", "not ilike":
		return condition{match: likeLeaf(get, operator, pythonText(value))}, nil
	case "in", "not in":
		return e.listLeaf(f, get, operator, value)
	case "=", "!=":
		return e.equalLeaf(f, get, operator, value)
	}
	bound, err := e.bound(f, operator, value)
	if err != nil {
		return condition{}, err
	}
	c := condition{match: func(r *Row) bool {
		v := get(r)
		if v == nil || bound == nil {
			return false
		}
		n, ok := compare(v, bound)
		return ok && holds(operator, n)
	}}
	if at, ok := bound.(time.Time); ok && f.Name == "write_date" && (operator == ">=" || operator == ">") {
		table := f.model.table
		c.find = func() ([]int64, bool) { return table.since(at), true }
	}
	return c, nil
}

func holds(operator string, n int) bool {
	switch operator {
	case ">=":
		return n >= 0
	case ">":
		return n > 0
	case "<=":
		return n <= 0
	case "<":
		return n < 0
	}
	return false
}

// getter returns a function that reads the field of a row as conditions see it.
func (e *Env) getter(f *Field) func(*Row) any {
	if f.Translate || f.PerCompany || f.Compute != nil {
		return func(r *Row) any { return e.Value(r, f) }
	}
	if e.Dialect().DatesBySecond && f.Type == Datetime {
		return func(r *Row) any {
			if t, ok := r.column(f).(time.Time); ok {
				return t.Truncate(time.Second)
			}
			return nil
		}
	}
	if logged(f.Name) {
		return func(r *Row) any { return r.column(f) }
	}
	slot := f.slot
	return func(r *Row) any { return r.values[slot] }
}

func (e *Env) equalLeaf(f *Field, get func(*Row) any, operator string, value any) (condition, error) {
	if !Truthy(value) && (f.Type == Boolean || value == false) {
		empty := condition{match: func(r *Row) bool { v := get(r); return v == nil || v == false }}
		if operator == "!=" {
			empty = not(empty)
		}
		return empty, nil
	}
	wanted, err := e.bound(f, "=", value)
	if err != nil {
		return condition{}, err
	}
	equal := condition{
		match: func(r *Row) bool {
			n, ok := compare(get(r), wanted)
			return ok && n == 0
		},
		find: lookup(f, []any{wanted}),
	}
	if operator == "!=" {
		return not(equal), nil
	}
	return equal, nil
}

func (e *Env) listLeaf(f *Field, get func(*Row) any, operator string, value any) (condition, error) {
	list, _ := value.([]any)
	wanted := make(map[any]bool, len(list))
	keys := make([]any, 0, len(list))
	empty := false
	for _, v := range list {
		if v == false || v == nil {
			empty = true
			if f.Type != Boolean {
				continue
			}
		}
		bound, err := e.bound(f, "=", v)
		if err != nil {
			return condition{}, err
		}
		wanted[bound] = true
		keys = append(keys, bound)
	}
	in := condition{match: func(r *Row) bool {
		v := get(r)
		if v == nil {
			return empty
		}
		return wanted[v]
	}}
	if !empty {
		in.find = lookup(f, keys)
	}
	if operator == "not in" {
		return not(in), nil
	}
	return in, nil
}

// oneOf matches rows whose field holds one of the ids.
func oneOf(f *Field, ids []int64) condition {
	wanted := make(map[int64]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	return condition{
		match: func(r *Row) bool {
			id, ok := r.column(f).(int64)
			return ok && wanted[id]
		},
		find: lookup(f, anyList(ids)),
	}
}

// lookup finds the rows that hold one of the values in f, by id or by an index.
func lookup(f *Field, values []any) func() ([]int64, bool) {
	if f.Name == "id" {
		return func() ([]int64, bool) { return IDs(values), true }
	}
	if !f.Indexed {
		return nil
	}
	return func() ([]int64, bool) {
		var ids []int64
		for _, v := range values {
			ids = append(ids, f.model.table.byText[f][v]...)
		}
		return ids, true
	}
}

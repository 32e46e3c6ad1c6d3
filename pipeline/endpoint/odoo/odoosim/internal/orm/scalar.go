package orm

import (
	"cmp"
	"strings"
	"time"
)

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

// bound turns the value of a condition into what the field's values can be compared with.
func (e *Env) bound(f *Field, operator string, value any) (any, error) {
	if f.Type == Datetime || f.Type == Date {
		return e.dateBound(f, operator, value)
	}
	switch f.Type {
	case Float:
		if n, ok := value.(int64); ok {
			return float64(n), nil
		}
	case Boolean:
		return Truthy(value), nil
	case Char, Text, HTML, Selection:
		return pythonText(value), nil
	}
	return value, nil
}

// dateBound reads a date in a condition: with or without fractions of a second, "T" and a zone, which
// PostgreSQL ignores. A day stands for its beginning, or after ">" and "<=" for its end.
func (e *Env) dateBound(f *Field, operator string, value any) (any, error) {
	if t, ok := value.(time.Time); ok {
		return t.UTC(), nil
	}
	text, ok := value.(string)
	if !ok {
		return nil, nil
	}
	second := e.Dialect().DatesBySecond
	plain := strings.Replace(strings.TrimSpace(text), "T", " ", 1)
	if at := strings.LastIndexAny(plain, "Z+"); at > 0 {
		if second {
			return nil, Errorf("ValueError", "time data %s does not match format '%%Y-%%m-%%d %%H:%%M:%%S'", Repr(text))
		}
		plain = plain[:at]
	}
	if len(plain) == len(time.DateOnly) && f.Type == Datetime {
		if operator == ">" || operator == "<=" {
			plain += " 23:59:59.999999"
		} else {
			plain += " 00:00:00"
		}
	}
	layout := time.DateTime
	if f.Type == Date {
		layout, plain = time.DateOnly, plain[:min(len(plain), len(time.DateOnly))]
	}
	t, err := time.Parse(layout, plain)
	if err != nil {
		return nil, Errorf("psycopg2.errors.InvalidDatetimeFormat", "invalid input syntax for type timestamp: %q", text)
	}
	if second {
		t = t.Truncate(time.Second)
	}
	return t.UTC(), nil
}

// compare orders two values of the same type.
func compare(a, b any) (int, bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return cmp.Compare(x, y), true
		}
	case int64:
		switch y := b.(type) {
		case int64:
			return cmp.Compare(x, y), true
		case float64:
			return cmp.Compare(float64(x), y), true
		}
	case float64:
		if y, ok := b.(float64); ok {
			return cmp.Compare(x, y), true
		}
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(bit(x), bit(y)), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	}
	return 0, false
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// likeLeaf matches by an SQL pattern, which like and ilike look for anywhere in the text. "%" and "_"
// are wildcards also in what a user typed.
func likeLeaf(get func(*Row) any, operator, pattern string) func(*Row) bool {
	whole := strings.HasPrefix(operator, "=")
	fold := strings.HasSuffix(operator, "ilike")
	if fold {
		pattern = strings.ToLower(pattern)
	}
	if !whole {
		pattern = "%" + pattern + "%"
	}
	runes := []rune(pattern)
	return func(r *Row) bool {
		v := get(r)
		if v == nil {
			return negative(operator)
		}
		text := pythonText(v)
		if fold {
			text = strings.ToLower(text)
		}
		return like(runes, []rune(text)) != negative(operator)
	}
}

// like tells whether text matches an SQL pattern.
func like(pattern, text []rune) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '%':
			star, mark = p, t
			p++
		case p < len(pattern) && pattern[p] == '\\' && p+1 < len(pattern) && pattern[p+1] == text[t]:
			p += 2
			t++
		case p < len(pattern) && pattern[p] != '\\' && (pattern[p] == '_' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '%' {
		p++
	}
	return p == len(pattern)
}

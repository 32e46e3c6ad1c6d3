package orm

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// sorter compares two rows of one model.
type sorter struct {
	byID    bool // ids already are in the order
	compare func(a, b *Row) int
}

var orderPattern = regexp.MustCompile(`(?i)^(\s*([a-z0-9:_]+|"[a-z0-9:_]+")(\s+(desc|asc))?\s*(,|$))+$`)

// order reads an order such as "write_date, id desc". No value comes last, or first when descending.
func (e *Env) order(m *Model, spec string) (sorter, error) {
	if strings.TrimSpace(spec) == "" || spec == "id" {
		return sorter{byID: true}, nil
	}
	if !orderPattern.MatchString(spec) {
		return sorter{}, UserErrorf("Invalid \"order\" specified (%s). A valid \"order\" specification is a comma-separated "+
			"list of valid field names (optionally followed by asc/desc for the direction)", spec)
	}
	var keys []func(a, b *Row) int
	for part := range strings.SplitSeq(spec, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		key, err := e.orderKey(m, strings.Trim(words[0], `"`))
		if err != nil {
			return sorter{}, err
		}
		if key == nil {
			continue
		}
		if len(words) > 1 && strings.EqualFold(words[1], "desc") {
			ascending := key
			key = func(a, b *Row) int { return -ascending(a, b) }
		}
		keys = append(keys, key)
	}
	return sorter{compare: func(a, b *Row) int {
		for _, key := range keys {
			if n := key(a, b); n != 0 {
				return n
			}
		}
		return cmp.Compare(a.ID, b.ID)
	}}, nil
}

// orderKey compares by one field; nil if the field has no column, which Odoo ignores.
func (e *Env) orderKey(m *Model, name string) (func(a, b *Row) int, error) {
	f := m.byName[name]
	switch {
	case f == nil:
		return nil, e.unknownField(m, name)
	case !f.sortable():
		return nil, nil
	case f.Type == Many2one:
		return e.referenceKey(f), nil
	}
	get := func(r *Row) any { return e.Value(r, f) }
	if f.inherited == nil {
		get = e.getter(f)
	}
	return func(a, b *Row) int {
		x, y := get(a), get(b)
		if f.Type == Boolean {
			x, y = Truthy(x), Truthy(y)
		}
		return compareNull(x, y)
	}, nil
}

func compareNull(x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	n, _ := compare(x, y)
	return n
}

// referenceKey compares by the order of the model that the field points to.
func (e *Env) referenceKey(f *Field) func(a, b *Row) int {
	other := e.DB.models[f.Relation]
	inner, err := e.order(other, other.Order)
	return func(a, b *Row) int {
		x, _ := e.Value(a, f).(int64)
		y, _ := e.Value(b, f).(int64)
		rowX, rowY := other.Fetch(x), other.Fetch(y)
		if rowX == nil || rowY == nil || err != nil || inner.byID {
			return compareNull(orNil(x), orNil(y))
		}
		return inner.compare(rowX, rowY)
	}
}

func orNil(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// sort orders ids that are ascending.
func (s sorter) sort(m *Model, ids []int64) {
	if s.byID {
		return
	}
	rows := make([]*Row, len(ids))
	for i, id := range ids {
		rows[i] = m.Fetch(id)
	}
	slices.SortFunc(rows, s.compare)
	for i, r := range rows {
		ids[i] = r.ID
	}
}

// take orders ids, which are ascending, and cuts out what is asked for; limit 0 is no limit.
func (s sorter) take(m *Model, ids []int64, offset, limit int) []int64 {
	s.sort(m, ids)
	ids = ids[min(max(offset, 0), len(ids)):]
	if limit > 0 && limit < len(ids) {
		ids = ids[:limit]
	}
	return ids
}

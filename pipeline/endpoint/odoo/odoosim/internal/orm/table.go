package orm

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Row is one record. Rows change only through a [Tx].
type Row struct {
	ID        int64
	Created   time.Time
	Written   time.Time
	CreateUID int64
	WriteUID  int64

	model  *Model
	values []any
	// generation is that of the transaction (or of the part of it after a savepoint) that owns this
	// copy of the row.
	generation uint64
}

// Model returns the model that the row belongs to.
func (r *Row) Model() *Model { return r.model }

// column returns what the row itself holds of a stored field.
func (r *Row) column(f *Field) any {
	switch f.Name {
	case "id":
		return r.ID
	case "create_uid":
		return r.CreateUID
	case "write_uid":
		return r.WriteUID
	case "create_date":
		return r.Created
	case "write_date":
		return r.Written
	}
	return r.values[f.slot]
}

// Get returns what the row holds in the column of that name, nil if it has none: a translated text as
// [Texts], a field per company as [Amounts].
func (r *Row) Get(name string) any {
	if f := r.model.byName[name]; f != nil && f.Stored {
		return r.column(f)
	}
	return nil
}

// Ref returns the id that a Many2one column holds, 0 for none.
func (r *Row) Ref(name string) int64 { id, _ := r.Get(name).(int64); return id }

// Text returns the text that a column holds.
func (r *Row) Text(name string) string { s, _ := r.Get(name).(string); return s }

// Number returns the number that a Float column holds.
func (r *Row) Number(name string) float64 { n, _ := r.Get(name).(float64); return n }

// IDs returns the ids that a Many2many column holds.
func (r *Row) IDs(name string) []int64 { ids, _ := r.Get(name).([]int64); return ids }

// True tells whether a Boolean column is set.
func (r *Row) True(name string) bool { b, _ := r.Get(name).(bool); return b }

// Active tells whether the record is not archived.
func (r *Row) Active() bool { return !r.model.hasActive() || r.True("active") }

// dated is an entry of the list of write dates: the row had that date once.
type dated struct {
	at time.Time
	id int64
}

// Table holds the rows of a model.
type Table struct {
	model  *Model
	rows   map[int64]*Row
	ids    []int64 // ascending; some may be gone
	next   int64
	byText map[*Field]map[any][]int64
	// dates is in order; entries that no longer hold are skipped, and dropped now and then.
	dates []dated
}

func newTable(m *Model) *Table {
	return &Table{model: m, rows: map[int64]*Row{}, next: 1, byText: map[*Field]map[any][]int64{}}
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Next returns the id that the next row gets.
func (t *Table) Next() int64 { return t.next }

// All yields the rows by id.
func (t *Table) All() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for _, id := range t.ids {
			if r := t.rows[id]; r != nil && !yield(r) {
				return
			}
		}
	}
}

// Having returns the ids, ascending, of the rows that hold v in an indexed field. The caller may go on
// using them while rows change.
func (t *Table) Having(field string, v any) []int64 {
	f := t.model.byName[field]
	return t.byText[f][v]
}

// since returns the rows whose write date is not before at, in no order, perhaps repeated.
func (t *Table) since(at time.Time) []int64 {
	from, _ := slices.BinarySearchFunc(t.dates, at, func(d dated, at time.Time) int { return d.at.Compare(at) })
	var ids []int64
	for _, d := range t.dates[from:] {
		if r := t.rows[d.id]; r != nil && r.Written.Equal(d.at) {
			ids = append(ids, d.id)
		}
	}
	return ids
}

// put makes r the row of its id; nil removes it. It returns what was there.
func (t *Table) put(id int64, r *Row) *Row {
	old := t.rows[id]
	if old != nil {
		t.unindex(old)
	}
	if r == nil {
		delete(t.rows, id)
		t.compact()
		return old
	}
	t.rows[id] = r
	if at, found := slices.BinarySearch(t.ids, id); !found {
		t.ids = slices.Insert(t.ids, at, id)
	}
	t.next = max(t.next, id+1)
	t.index(r)
	return old
}

// compact drops ids that are gone once they are many.
func (t *Table) compact() {
	if len(t.ids) > 2*len(t.rows)+64 {
		t.ids = slices.DeleteFunc(t.ids, func(id int64) bool { return t.rows[id] == nil })
	}
}

func (t *Table) index(r *Row) {
	for _, f := range t.model.Fields {
		if f.Indexed {
			t.indexValue(f, r.column(f), r.ID)
		}
	}
	t.indexDate(r)
}

func (t *Table) unindex(r *Row) {
	for _, f := range t.model.Fields {
		if f.Indexed {
			t.unindexValue(f, r.column(f), r.ID)
		}
	}
}

func (t *Table) indexValue(f *Field, v any, id int64) {
	if v == nil {
		return
	}
	values := t.byText[f]
	if values == nil {
		values = map[any][]int64{}
		t.byText[f] = values
	}
	ids := values[v]
	switch at, found := slices.BinarySearch(ids, id); {
	case found:
	case at == len(ids):
		values[v] = append(ids, id)
	default:
		values[v] = slices.Insert(slices.Clone(ids), at, id)
	}
}

func (t *Table) unindexValue(f *Field, v any, id int64) {
	if v == nil {
		return
	}
	ids := t.byText[f][v]
	at, found := slices.BinarySearch(ids, id)
	switch {
	case !found:
	case len(ids) == 1:
		delete(t.byText[f], v)
	default:
		t.byText[f][v] = slices.Delete(slices.Clone(ids), at, at+1)
	}
}

// indexDate notes the row's write date. Dates come nearly in order; the exceptions are transactions
// that commit late.
func (t *Table) indexDate(r *Row) {
	entry := dated{r.Written, r.ID}
	n := len(t.dates)
	if n > 0 && t.dates[n-1] == entry {
		return
	}
	at := n
	if n > 0 && entry.at.Before(t.dates[n-1].at) {
		at, _ = slices.BinarySearchFunc(t.dates, entry, func(a, b dated) int {
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id))
		})
	}
	t.dates = slices.Insert(t.dates, at, entry)
	if len(t.dates) > 3*len(t.rows)+1024 {
		t.dates = slices.DeleteFunc(t.dates, func(d dated) bool {
			r := t.rows[d.id]
			return r == nil || !r.Written.Equal(d.at)
		})
		t.dates = slices.Compact(t.dates)
	}
}

package orm

import (
	"maps"
	"slices"
	"strings"
)

// Create makes records as the user of e does, and returns their ids.
func (e *Env) Create(m *Model, list []Values) ([]int64, error) {
	if err := e.check(m, Create); err != nil {
		return nil, err
	}
	if m.Create != nil {
		return m.Create(e, list)
	}
	return e.CreateRows(m, list)
}

// Write changes records as the user of e does. All get the same values.
func (e *Env) Write(m *Model, ids []int64, values Values) error {
	if err := e.check(m, Write); err != nil {
		return err
	}
	if err := e.exist(m, ids); err != nil {
		return err
	}
	if m.Write != nil {
		return m.Write(e, ids, values)
	}
	return e.WriteRows(m, ids, values)
}

// Unlink deletes records as the user of e does.
func (e *Env) Unlink(m *Model, ids []int64) error {
	if err := e.check(m, Unlink); err != nil {
		return err
	}
	if err := e.exist(m, ids); err != nil {
		return err
	}
	if m.Unlink != nil {
		return m.Unlink(e, ids)
	}
	return e.UnlinkRows(m, ids)
}

// exist refuses ids that have no record.
func (e *Env) exist(m *Model, ids []int64) error {
	missing := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return m.Fetch(id) != nil })
	if len(missing) > 0 {
		return MissingRecord(m.Name, missing, e.User.ID)
	}
	return nil
}

// assignment is one converted value on its way into a column.
type assignment struct {
	field *Field
	value any
}

// plan is what a set of values means for a model.
type plan struct {
	columns []assignment // of the model itself, in the order of its fields
	after   []assignment // to be carried elsewhere by Set, or to the records of a One2many
	parent  Values       // for the model that fields are inherited from
}

// plan sorts values by where they go, and converts them.
func (e *Env) plan(m *Model, values Values) (plan, error) {
	if err := e.checkLanguage(); err != nil {
		return plan{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if m.byName[name] == nil {
			return plan{}, Errorf("ValueError", e.Dialect().InvalidWrite, reprText(name), m.Name)
		}
	}
	p := plan{parent: Values{}}
	for _, f := range m.Fields {
		given, ok := values[f.Name]
		if !ok || logged(f.Name) { // dates and users that are written are ignored without a word
			continue
		}
		if f.inherited != nil {
			p.parent[f.Name] = given
			continue
		}
		v, err := e.convert(f, given)
		if err != nil {
			return plan{}, err
		}
		if f.Stored {
			p.columns = append(p.columns, assignment{f, v})
		}
		if f.Set != nil || f.Type == One2many {
			p.after = append(p.after, assignment{f, v})
		}
	}
	return p, nil
}

func (e *Env) unknownField(m *Model, name string) *Fault {
	return Errorf("ValueError", e.Dialect().InvalidField, reprText(name), m.Name)
}

// CreateRows makes the rows without asking for rights, and runs what their fields carry elsewhere.
func (e *Env) CreateRows(m *Model, list []Values) ([]int64, error) {
	ids := make([]int64, 0, len(list))
	for _, values := range list {
		id, err := e.createRow(m, values)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (e *Env) createRow(m *Model, values Values) (int64, error) {
	p, err := e.plan(m, e.withDefaults(m, values))
	if err != nil {
		return 0, err
	}
	if m.Inherits != "" {
		if p.columns, err = e.createParent(m, p); err != nil {
			return 0, err
		}
	}
	r := e.Tx.insert(m, e.User.ID)
	for _, a := range p.columns {
		e.Tx.set(r, a.field, e.columnAfter(a.field, nil, a.value))
	}
	for _, f := range m.Fields {
		if f.Required && f.Stored && r.column(f) == nil {
			return 0, e.notNull(m, f)
		}
	}
	if err := e.carry(m, []int64{r.ID}, p.after); err != nil {
		return 0, err
	}
	if m.Touched != nil {
		m.Touched(e, r)
	}
	return r.ID, nil
}

// createParent makes the record that the new one inherits from, or writes to it if it is named. It
// returns the columns with the reference to it.
func (e *Env) createParent(m *Model, p plan) ([]assignment, error) {
	link := m.byName[m.Inherits]
	parent := e.DB.models[link.Relation]
	for _, a := range p.columns {
		if id, ok := a.value.(int64); ok && a.field == link {
			if len(p.parent) == 0 {
				return p.columns, nil
			}
			return p.columns, e.Write(parent, []int64{id}, p.parent)
		}
	}
	ids, err := e.With("create_product_product", false).CreateRows(parent, []Values{p.parent})
	if err != nil {
		return nil, err
	}
	return append(p.columns, assignment{link, ids[0]}), nil
}

func (e *Env) withDefaults(m *Model, values Values) Values {
	all := make(Values, len(values)+8)
	for _, f := range m.Fields {
		if f.Default != nil {
			all[f.Name] = f.Default(e)
		}
	}
	for key, v := range e.Context {
		if name, ok := strings.CutPrefix(key, "default_"); ok && m.byName[name] != nil {
			all[name] = v
		}
	}
	maps.Copy(all, values)
	return all
}

// WriteRows changes the rows without asking for rights, and runs what their fields carry elsewhere. It
// moves the write date of every row, also for equal values and for none at all.
func (e *Env) WriteRows(m *Model, ids []int64, values Values) error {
	p, err := e.plan(m, values)
	if err != nil {
		return err
	}
	for _, a := range p.columns {
		if a.field.Required && a.value == nil {
			return e.notNull(m, a.field)
		}
	}
	for _, id := range ids {
		r := m.Fetch(id)
		for _, a := range p.columns {
			r = e.Tx.set(r, a.field, e.columnAfter(a.field, r.column(a.field), a.value))
		}
		e.Touch(r)
	}
	for _, a := range p.columns {
		if err := e.writeLinked(a.field, a.value); err != nil {
			return err
		}
	}
	if len(p.parent) > 0 {
		if err := e.Write(e.DB.models[m.byName[m.Inherits].Relation], e.parents(m, ids), p.parent); err != nil {
			return err
		}
	}
	return e.carry(m, ids, p.after)
}

// parents returns the ids of the records that those of m inherit from.
func (e *Env) parents(m *Model, ids []int64) []int64 {
	var parents []int64
	for _, id := range ids {
		if parent := m.Fetch(id).Ref(m.Inherits); !slices.Contains(parents, parent) {
			parents = append(parents, parent)
		}
	}
	return parents
}

// carry runs what follows from values that were written.
func (e *Env) carry(m *Model, ids []int64, after []assignment) error {
	for _, a := range after {
		if a.field.Set != nil {
			if err := a.field.Set(e, ids, a.value); err != nil {
				return err
			}
			continue
		}
		for _, id := range ids {
			if err := e.writeChildren(m.Fetch(id), a.field, a.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// Store puts a value into one column, and moves no date.
func (e *Env) Store(r *Row, field string, v any) *Row {
	return e.Tx.set(r, r.model.byName[field], v)
}

// Touch moves the record's write date to the beginning of the transaction.
func (e *Env) Touch(r *Row) *Row {
	r = e.Tx.date(r, e.Tx.Stamp, e.User.ID)
	if r.model.Touched != nil {
		r.model.Touched(e, r)
	}
	return r
}

// Follow moves the record's write date to that of at, if it is later.
func (e *Env) Follow(r, at *Row) {
	if at.Written.After(r.Written) {
		e.Tx.date(r, at.Written, at.WriteUID)
	}
}

// UnlinkRows deletes the rows without asking for rights, and their external ids with them.
func (e *Env) UnlinkRows(m *Model, ids []int64) error {
	data := e.DB.models["ir.model.data"]
	for _, id := range ids {
		r := m.Fetch(id)
		if r == nil {
			continue
		}
		e.Tx.remove(r)
		if data == nil || data == m {
			continue
		}
		for _, x := range e.Siblings("ir.model.data", "res_id", id) {
			if x.Text("model") == m.Name {
				e.Tx.remove(x)
			}
		}
	}
	return nil
}

package orm

import "slices"

// Value returns what a field of a record is, in the language, company and active test of e: nil for no
// value, else as Field says.
func (e *Env) Value(r *Row, f *Field) any {
	switch {
	case f.inherited != nil:
		parent := f.inherited.model.table.rows[r.Ref(r.model.Inherits)]
		if parent == nil {
			return nil
		}
		return e.Value(parent, f.inherited)
	case f.Compute != nil:
		return f.Compute(e, r)
	case f.Type == One2many:
		return e.Children(r, f)
	case !f.Stored:
		return nil
	}
	switch v := r.column(f).(type) {
	case Texts:
		if text, ok := v[e.language()]; ok {
			return text
		}
		return v[english]
	case Amounts:
		if companies := e.Companies(); len(companies) > 0 {
			return v[companies[0]]
		}
		return nil
	default:
		return v
	}
}

// Of returns the value of a field by its name.
func (e *Env) Of(r *Row, field string) any { return e.Value(r, r.model.byName[field]) }

// TextOf returns the text of a field by its name, "" for none.
func (e *Env) TextOf(r *Row, field string) string { s, _ := e.Of(r, field).(string); return s }

// NumberOf returns the number of a field by its name, 0 for none.
func (e *Env) NumberOf(r *Row, field string) float64 { n, _ := e.Of(r, field).(float64); return n }

// Children returns the ids that a One2many holds, in the order of the other model. Archived ones are
// left out unless the context says otherwise.
func (e *Env) Children(r *Row, f *Field) []int64 {
	m := e.DB.models[f.Relation]
	ids := m.table.Having(f.Inverse, r.ID)
	if m.hasActive() && e.ActiveTest() {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !m.Fetch(id).Active() })
	}
	if len(ids) < 2 || m.Order == "" || m.Order == "id" {
		return ids
	}
	ids = slices.Clone(ids)
	if less, err := e.order(m, m.Order); err == nil {
		less.sort(m, ids)
	}
	return ids
}

// Display returns the name that a record is shown by.
func (e *Env) Display(r *Row) string {
	if r.model.Display != nil {
		return r.model.Display(e, r)
	}
	f := r.model.byName[r.model.NameFrom]
	if f == nil {
		return ""
	}
	if f.Type == Many2one {
		if other := e.DB.models[f.Relation].Fetch(r.Ref(f.Name)); other != nil {
			return e.Display(other)
		}
	}
	name, _ := e.Value(r, f).(string)
	return name
}

// Siblings returns the rows of a model that point to id by an indexed field, archived ones included,
// by id.
func (e *Env) Siblings(model, field string, id int64) []*Row {
	m := e.DB.models[model]
	ids := m.table.Having(field, id)
	rows := make([]*Row, len(ids))
	for i, id := range ids {
		rows[i] = m.Fetch(id)
	}
	return rows
}

package orm

import (
	"fmt"
	"slices"
)

// Values are what a create or a write brings, by field name, as they came from outside.
type Values = map[string]any

// Op is what somebody wants to do with records.
type Op string

// The operations that rights are given for.
const (
	Read   Op = "read"
	Write  Op = "write"
	Create Op = "create"
	Unlink Op = "unlink"
)

// Model is the declaration of a model. Its functions are nil where Odoo's ordinary ones do.
type Model struct {
	Name     string
	Label    string
	Table    string // the name of its table in constraints; "" is Name with underscores
	Fields   []*Field
	Order    string // the default order
	NameFrom string // the field that names records; "" is "name"
	// Inherits is the Many2one whose model's fields this one takes over, "" for none.
	Inherits string
	// Parent is the Many2one that makes the model a tree, "" for none.
	Parent string

	Display  func(*Env, *Row) string
	Create   func(*Env, []Values) ([]int64, error)
	Write    func(*Env, []int64, Values) error
	Unlink   func(*Env, []int64) error
	NameFind func(e *Env, name, operator string, domain []any, limit int) ([]int64, error)
	// Touched runs whenever a row's write date has moved.
	Touched func(*Env, *Row)
	// Archived runs after action_archive or action_unarchive wrote the records.
	Archived func(e *Env, ids []int64, active bool) error
	// Narrow changes the domain of a search.
	Narrow func(*Env, []any) []any
	// Methods are what can be called beside the common ones.
	Methods map[string]Method

	byName  map[string]*Field
	columns int
	table   *Table
}

// Fetch returns a row, nil if there is none. It must be neither changed nor kept.
func (m *Model) Fetch(id int64) *Row { return m.table.rows[id] }

// Rows returns the table of the model.
func (m *Model) Rows() *Table { return m.table }

// hasActive tells whether records can be archived.
func (m *Model) hasActive() bool { return m.byName["active"] != nil }

// prepare gives the fields their places. Parents must be prepared first.
func (m *Model) prepare(db *Database) error {
	m.byName = map[string]*Field{}
	m.table = newTable(m)
	if m.NameFrom == "" {
		m.NameFrom = "name"
	}
	m.Fields = append(slices.Clone(m.Fields), Common()...)
	m.Fields = slices.DeleteFunc(m.Fields, func(f *Field) bool {
		if m.byName[f.Name] != nil {
			return true
		}
		f.model = m
		m.byName[f.Name] = f
		if f.Stored && !logged(f.Name) {
			f.slot = m.columns
			m.columns++
		}
		return false
	})
	return m.inherit(db)
}

// inherit takes over the fields of the parent model that m does not have itself.
func (m *Model) inherit(db *Database) error {
	if m.Inherits == "" {
		return nil
	}
	parent := db.models[m.byName[m.Inherits].Relation]
	if parent == nil || parent.byName == nil {
		return fmt.Errorf("model %s: its parent must be declared before it", m.Name)
	}
	for _, f := range parent.Fields {
		if m.byName[f.Name] != nil {
			continue
		}
		own := *f
		own.Stored, own.Indexed, own.Compute, own.Set, own.Search, own.Default = false, false, nil, nil, nil, nil
		own.model, own.inherited = m, f
		m.byName[f.Name] = &own
		m.Fields = append(m.Fields, &own)
	}
	return nil
}

// Common returns the fields that every model has. A model that does not list them has them last.
func Common() []*Field {
	return []*Field{
		{Name: "id", Label: "ID", Type: Integer, Stored: true, Readonly: true},
		{
			Name: "display_name", Label: "Display Name", Type: Char, Readonly: true,
			Compute: func(e *Env, r *Row) any { return e.Display(r) },
			Search: func(_ *Env, operator string, value any) []any {
				return []any{[]any{"name", operator, value}}
			},
		},
		{Name: "create_uid", Label: "Created by", Type: Many2one, Relation: "res.users", Stored: true, Readonly: true},
		{Name: "create_date", Label: "Created on", Type: Datetime, Stored: true, Readonly: true},
		{Name: "write_uid", Label: "Last Updated by", Type: Many2one, Relation: "res.users", Stored: true, Readonly: true},
		{Name: "write_date", Label: "Last Updated on", Type: Datetime, Stored: true, Readonly: true},
	}
}

// logged tells whether rows hold the field outside of their columns.
func logged(name string) bool {
	switch name {
	case "id", "create_uid", "create_date", "write_uid", "write_date":
		return true
	}
	return false
}

package orm

import "sync"

// Type is the type of a field, in Odoo's words.
type Type string

// The types of fields.
const (
	Char      Type = "char"
	Text      Type = "text"
	HTML      Type = "html"
	Integer   Type = "integer"
	Float     Type = "float"
	Boolean   Type = "boolean"
	Date      Type = "date"
	Datetime  Type = "datetime"
	Selection Type = "selection"
	Binary    Type = "binary"
	Many2one  Type = "many2one"
	One2many  Type = "one2many"
	Many2many Type = "many2many"
)

// Field is one field of a model.
//
// What a row holds, and what Compute returns, is nil for "no value", else by type: string, int64,
// float64, bool, time.Time (Date and Datetime), *[Blob] (Binary), int64 (Many2one) or []int64.
// A translated text is a [Texts] once it differs between languages, and a field per company an
// [Amounts].
type Field struct {
	Name     string
	Label    string
	Type     Type
	Relation string // of the relational types: the other model
	Inverse  string // of a One2many: the field of the other model that points back
	Options  [][2]string

	Required   bool
	Readonly   bool
	Translate  bool
	PerCompany bool
	Manual     bool   // made by a user: x_…
	Digits     int    // of a Float: decimals kept, 0 is all
	Groups     string // who may see it; "" is everybody
	Needs      string // the model that one must be allowed to read to compute it

	Default func(*Env) any

	// Compute makes the value where a row does not hold it (or, with Stored, where it must be made
	// anew when read).
	Compute func(*Env, *Row) any
	// Stored says that rows have a column for it.
	Stored bool
	// Set carries a written value elsewhere; it runs after the row's own columns are set.
	Set func(e *Env, ids []int64, v any) error
	// Search rewrites a condition on a field without a column as a domain of the model.
	Search func(e *Env, operator string, value any) []any
	// Indexed fields are found by value without looking at every row.
	Indexed bool
	// Check refuses or changes a written value, in addition to what the type asks for.
	Check func(e *Env, v any) (any, error)

	slot  int
	model *Model
	// inherited is the field of the parent model that this one stands for.
	inherited *Field
}

// Column returns a stored field.
func Column(name, label string, t Type) *Field {
	return &Field{Name: name, Label: label, Type: t, Stored: true}
}

// Reference returns a stored Many2one.
func Reference(name, label, relation string) *Field {
	return &Field{Name: name, Label: label, Type: Many2one, Relation: relation, Stored: true}
}

// Computed returns a field that is made when read.
func Computed(name, label string, t Type, compute func(*Env, *Row) any) *Field {
	return &Field{Name: name, Label: label, Type: t, Readonly: true, Compute: compute}
}

// Children returns a One2many.
func Children(name, label, relation, inverse string) *Field {
	return &Field{Name: name, Label: label, Type: One2many, Relation: relation, Inverse: inverse}
}

// To says which model the field points to, and returns it.
func (f *Field) To(relation string) *Field { f.Relation = relation; return f }

// Must makes the field required and returns it.
func (f *Field) Must() *Field { f.Required = true; return f }

// Index makes the field indexed and returns it.
func (f *Field) Index() *Field { f.Indexed = true; return f }

// Or gives the field a default and returns it.
func (f *Field) Or(v any) *Field { f.Default = func(*Env) any { return v }; return f }

// searchable tells whether a domain may name the field.
func (f *Field) searchable() bool {
	return f.Stored || f.Search != nil || f.Type == One2many || f.inherited != nil && f.inherited.searchable()
}

// sortable tells whether an order may name the field.
func (f *Field) sortable() bool {
	if f.inherited != nil {
		return f.inherited.sortable()
	}
	return f.Stored && f.Type != Many2many && f.Type != Binary
}

// Texts is a translated text by language; it always has "en_US".
type Texts map[string]string

// Amounts is a number by company.
type Amounts map[int64]float64

// Blob is binary data: a base64 text as it is read, with what an attachment says of it. It does not change.
type Blob struct {
	Base64   string
	Size     int
	Checksum string // SHA-1 of the bytes, in hex
	MIME     string

	smaller sync.Map // by side: what Smaller was told once
}

// Smaller returns what b is within side pixels, made once: real servers keep it too.
func (b *Blob) Smaller(side int, scale func() *Blob) *Blob {
	if made, ok := b.smaller.Load(side); ok {
		return made.(*Blob)
	}
	made, _ := b.smaller.LoadOrStore(side, scale())
	return made.(*Blob)
}

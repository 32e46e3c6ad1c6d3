package orm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// Read returns the fields of the records, in the order of ids, as they go over the wire. Records that
// do not exist are left out without a word. No fields are all fields; classic reads references as
// [id, name].
func (e *Env) Read(m *Model, ids []int64, fields []string, classic bool) ([]xmlrpc.Struct, error) {
	if err := e.check(m, Read); err != nil {
		return nil, err
	}
	if err := e.checkLanguage(); err != nil {
		return nil, err
	}
	wanted, err := e.readable(m, fields)
	if err != nil {
		return nil, err
	}
	records := make([]xmlrpc.Struct, 0, len(ids))
	for _, id := range ids {
		r := m.Fetch(id)
		if r == nil {
			continue
		}
		record := make(xmlrpc.Struct, 1, len(wanted)+1)
		record[0] = xmlrpc.Member{Name: "id", Value: id}
		for _, f := range wanted {
			record = append(record, xmlrpc.Member{Name: f.Name, Value: e.format(r, f, classic)})
		}
		records = append(records, record)
	}
	return records, nil
}

// readable returns the fields of those names, "id" apart, or all that the user may see.
func (e *Env) readable(m *Model, names []string) ([]*Field, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(slices.Clone(m.Fields), func(f *Field) bool { return f.Name == "id" || !e.visible(f) }), nil
	}
	fields := make([]*Field, 0, len(names))
	var hidden []string
	for _, name := range names {
		f := m.byName[name]
		switch {
		case f == nil:
			return nil, e.unknownField(m, name)
		case !e.visible(f):
			hidden = append(hidden, name)
		case name != "id":
			fields = append(fields, f)
		}
	}
	if len(hidden) > 0 {
		return nil, AccessErrorf("You do not have enough rights to access the fields \"%s\" on %s (%s). "+
			"Please contact your system administrator.\n\nOperation: read", strings.Join(hidden, ","), m.Label, m.Name)
	}
	for _, f := range fields {
		if err := e.mayCompute(f); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// mayCompute asks for the rights that a computed field needs elsewhere.
func (e *Env) mayCompute(f *Field) error {
	if f.inherited != nil {
		f = f.inherited
	}
	if f.Needs == "" {
		return nil
	}
	return e.check(e.DB.models[f.Needs], Read)
}

// format returns a field's value as it goes over the wire: no value is false, also for texts and
// dates; numbers are 0.
func (e *Env) format(r *Row, f *Field, classic bool) any {
	v := e.Value(r, f)
	switch f.Type {
	case Float:
		n, _ := v.(float64)
		return n
	case Integer:
		n, _ := v.(int64)
		return n
	case Boolean:
		return Truthy(v)
	case One2many, Many2many:
		ids, _ := v.([]int64)
		return ids
	case Many2one:
		return e.formatReference(f, v, classic)
	case Binary:
		return e.formatBinary(f, v)
	}
	switch x := v.(type) {
	case nil:
		return false
	case time.Time:
		if f.Type == Date {
			return x.Format(time.DateOnly)
		}
		return x.Format(time.DateTime) // cut to the second
	}
	return v
}

func (e *Env) formatReference(f *Field, v any, classic bool) any {
	id, _ := v.(int64)
	r := e.DB.models[f.Relation].Fetch(id)
	if r == nil {
		return false
	}
	if !classic {
		return id
	}
	return e.Super().pair(r)
}

// formatBinary returns base64, or with bin_size in the context a rounded size, which looks much the
// same.
func (e *Env) formatBinary(f *Field, v any) any {
	b, _ := v.(*Blob)
	if b == nil {
		return false
	}
	if e.Context.True("bin_size") || e.Context.True("bin_size_"+f.Name) {
		return humanSize(b.Size)
	}
	return b.Base64
}

func humanSize(size int) string {
	units := []string{"bytes", "Kb", "Mb", "Gb"}
	n := float64(size)
	for len(units) > 1 && n >= 1024 {
		n /= 1024
		units = units[1:]
	}
	return fmt.Sprintf("%0.2f %s", n, units[0])
}

package orm

import (
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// callFieldsGet describes the fields. Names that do not exist are left out without a word.
func callFieldsGet(c *Call) (any, error) {
	names, attributes := textsOf(c.Arg("allfields")), textsOf(c.Arg("attributes"))
	described := xmlrpc.Struct{}
	for _, f := range c.Self.Fields {
		if len(names) > 0 && !slices.Contains(names, f.Name) || !c.visible(f) {
			continue
		}
		d := c.describe(f)
		if len(attributes) > 0 {
			d = slices.DeleteFunc(d, func(m xmlrpc.Member) bool { return !slices.Contains(attributes, m.Name) })
		}
		described = append(described, xmlrpc.Member{Name: f.Name, Value: d})
	}
	return described, nil
}

// describe returns what fields_get says of a field, its attributes by name.
func (e *Env) describe(f *Field) xmlrpc.Struct {
	d := xmlrpc.Struct{
		{Name: "company_dependent", Value: f.PerCompany},
		{Name: "manual", Value: f.Manual},
		{Name: "name", Value: f.Name},
		{Name: "readonly", Value: f.Readonly},
		{Name: "required", Value: f.Required},
		{Name: "searchable", Value: f.searchable()},
		{Name: "sortable", Value: f.sortable()},
		{Name: "store", Value: f.Stored},
		{Name: "string", Value: f.Label},
		{Name: "type", Value: string(f.Type)},
	}
	add := func(name string, v any) { d = append(d, xmlrpc.Member{Name: name, Value: v}) }
	switch {
	case f.Type == Float && f.Digits > 0:
		add("digits", []any{int64(16), int64(f.Digits)})
	case f.Type == Float && f.Digits < 0:
		add("digits", false)
	case f.Type == Char || f.Type == Text || f.Type == HTML:
		add("translate", f.Translate)
	case f.Type == Selection:
		options := make([]any, len(f.Options))
		for i, o := range f.Options {
			options[i] = []any{o[0], o[1]}
		}
		add("selection", options)
	case f.Relation != "":
		add("relation", f.Relation)
	}
	if f.Inverse != "" {
		add("relation_field", f.Inverse)
	}
	if f.Groups != "" {
		add("groups", f.Groups)
	}
	slices.SortFunc(d, func(a, b xmlrpc.Member) int { return strings.Compare(a.Name, b.Name) })
	return d
}

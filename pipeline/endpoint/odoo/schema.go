package odoo

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// readSchema asks for the fields of product.template.
func (e *Endpoint) readSchema(ctx context.Context, s *session) error {
	a, err := e.client.Call(ctx, rpc.Call{
		Operation: rpc.OpDescribe, Model: templateModel, Method: "fields_get",
		Options: map[string]any{
			"attributes": []any{"type", "string", "required", "readonly", "digits", "selection", "searchable", "size"},
			"context":    s.context(0),
		},
	})
	if err != nil {
		return err
	}
	all, ok := a.Value.(map[string]any)
	if !ok {
		return e.strange("fields", a.Value)
	}
	s.schema = pipeline.Schema{Fields: map[string]pipeline.Field{}}
	s.searchable = map[string]bool{}
	_, s.taxed = all[taxesField]
	for name, v := range all {
		attributes, ok := v.(map[string]any)
		if !ok {
			return e.strange("fields", v)
		}
		if f, ok := e.field(s.dialect, name, attributes); ok {
			s.schema.Fields[name] = f
			s.searchable[name] = row(attributes).isTrue("searchable")
		}
	}
	if e.deps.Variants {
		for _, f := range variantFields() {
			s.schema.Fields[f.Name] = f
		}
	}
	return nil
}

// field describes one field in the terms of both systems; false for types that cannot be mapped.
func (e *Endpoint) field(d dialect, name string, attributes row) (pipeline.Field, bool) {
	f := pipeline.Field{
		Name: name, Label: attributes.text("string"), ReadOnly: attributes.isTrue("readonly"), Required: name == "name",
	}
	switch attributes.text("type") {
	case "char", "text", "html":
		f.Type = pipeline.TypeText
		if size, ok := attributes["size"].(int64); ok {
			f.MaxLength = int(size)
		}
	case "integer":
		f.Type, f.NotNull = pipeline.TypeNumber, true
	case "float", "monetary":
		f.Type, f.NotNull, f.Digits = pipeline.TypeNumber, true, digits(d, name, attributes)
	case "boolean":
		f.Type, f.NotNull = pipeline.TypeBool, true
	case "selection":
		f.Type, f.Options = pipeline.TypeSelection, options(attributes)
	case "date":
		f.Type = pipeline.TypeDate
	case "datetime":
		f.Type = pipeline.TypeDateTime
	case "binary", "image":
		f.Type = pipeline.TypeImage
		if name == imageField {
			f.Image = &pipeline.ImageNeeds{WebP: d.takesWebP, Side: imageSide}
			break
		}
		f.ReadOnly = true // smaller copies, and files of any kind
	case "many2one":
		if name == categoryField {
			f.Type, f.Separator, f.Escapes, f.Root = pipeline.TypePath, odooSeparator, true, e.root(d)
			f.NotNull = d.root != ""
			break
		}
		f.Type, f.ReadOnly = pipeline.TypeText, true
	default:
		return f, false
	}
	if name == stockField {
		// Without a warehouse it is only read: from 19 on a write of it moves stock of the first one.
		f.ReadOnly = e.settings.Stock == nil
	}
	return f, true
}

const categoryField = "categ_id"

// root returns the category that all others are below.
func (e *Endpoint) root(d dialect) string {
	if e.settings.Categories.Root != "" {
		return e.settings.Categories.Root
	}
	return d.root
}

// digits returns how many decimals Odoo keeps.
func digits(d dialect, name string, attributes row) int {
	if pair, ok := attributes["digits"].([]any); ok && len(pair) == 2 {
		if n, ok := pair[1].(int64); ok {
			return int(n)
		}
	}
	if d.storesAnyPrice && (name == "list_price" || name == "standard_price") {
		return 2
	}
	return pipeline.Unlimited
}

// options returns the keys of a selection.
func options(attributes row) []string {
	var keys []string
	list, _ := attributes["selection"].([]any)
	for _, entry := range list {
		if pair, ok := entry.([]any); ok && len(pair) > 0 {
			if key, ok := pair[0].(string); ok {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// variantFields are the fields of product.product that make families of records.
func variantFields() []pipeline.Field {
	return []pipeline.Field{
		{Name: parentField, Type: pipeline.TypeReference, Fixed: true, Label: "Product Template"},
		{Name: attributesField, Type: pipeline.TypeAny, Digits: pipeline.Unlimited, Label: "Attribute Values"},
	}
}

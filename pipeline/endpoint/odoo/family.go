package odoo

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// Fields of product.product that make families of records.
const (
	parentField     = "product_tmpl_id"
	attributesField = "product_template_attribute_value_ids"
)

// The models of attributes.
const (
	attributeModel     = "product.attribute"
	valueModel         = "product.attribute.value"
	lineModel          = "product.template.attribute.line"
	templateValueModel = "product.template.attribute.value"
)

// variantPriceField is the template's price with the extras of a variant's attributes.
const variantPriceField = "lst_price"

// ownFields are what each variant of a template has for itself; the template has all others.
func ownFields() []string {
	return []string{"active", "barcode", "default_code", priceField, parentField, attributesField, stockField, "standard_price", "volume", "weight"}
}

// parentLacks is what a template with variants does not have.
func parentLacks() []string {
	return []string{"barcode", "default_code", parentField, attributesField, stockField, "standard_price", "volume", "weight"}
}

// family is what is known of the attributes of a template with variants.
type family struct {
	lines  []attributeLine
	values map[int64]templateValue // by id
}

// attributeLine is an attribute of a template that makes variants.
type attributeLine struct {
	id, attribute int64
	name          string
	mode          string // "always", or "dynamic": variants are made one by one
	active        bool
	values        []int64 // of the attribute
}

// templateValue is a value of an attribute of a template, and what it adds to the price.
type templateValue struct {
	id, line, value int64
	name            string
	extra           decimal.Decimal
}

// families returns the families among templates: those that have several variants, or that can have them. A
// template whose attributes have one value each, as a brand has, is an ordinary product.
func (e *Endpoint) families(ctx context.Context, s *session, ids []int64, known map[int64]*variants) (map[int64]*family, error) {
	if !e.deps.Variants || len(ids) == 0 {
		return nil, nil
	}
	all, err := e.attributes(ctx, s, ids)
	for id, f := range all {
		if !f.hasVariants(known[id]) {
			delete(all, id)
		}
	}
	return all, err
}

// attributes returns the attributes of those templates that have any.
func (e *Endpoint) attributes(ctx context.Context, s *session, ids []int64) (map[int64]*family, error) {
	lines, _, err := e.searchRead(ctx, s, rpc.OpRead, lineModel, domain{where("product_tmpl_id", "in", anyOf(ids))},
		[]string{"product_tmpl_id", "attribute_id", "value_ids", "active"}, window{order: "id"})
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	var lineIDs, attributeIDs []int64
	for _, r := range lines {
		lineIDs, attributeIDs = append(lineIDs, r.id()), append(attributeIDs, r.reference("attribute_id"))
	}
	attributes, _, err := e.searchRead(ctx, s, rpc.OpRead, attributeModel, domain{where("id", "in", anyOf(attributeIDs))}, []string{"name", "create_variant"}, window{order: "id"})
	if err != nil {
		return nil, err
	}
	values, _, err := e.searchRead(ctx, s, rpc.OpRead, templateValueModel, domain{where("attribute_line_id", "in", anyOf(lineIDs))},
		[]string{"attribute_line_id", "product_attribute_value_id", "name", "price_extra"}, window{order: "id"})
	if err != nil {
		return nil, err
	}
	byID := map[int64]row{}
	for _, r := range attributes {
		byID[r.id()] = r
	}
	all, at := map[int64]*family{}, map[int64]*family{}
	for _, r := range lines {
		attribute := byID[r.reference("attribute_id")]
		if attribute.text("create_variant") == "no_variant" {
			continue
		}
		f := all[r.reference("product_tmpl_id")]
		if f == nil {
			f = &family{values: map[int64]templateValue{}}
			all[r.reference("product_tmpl_id")] = f
		}
		at[r.id()] = f
		valueIDs, _ := r["value_ids"].([]any)
		l := attributeLine{id: r.id(), attribute: attribute.id(), name: attribute.text("name"), mode: attribute.text("create_variant"), active: r.isTrue("active")}
		for _, v := range valueIDs {
			if id, ok := v.(int64); ok {
				l.values = append(l.values, id)
			}
		}
		f.lines = append(f.lines, l)
	}
	for _, r := range values {
		if f := at[r.reference("attribute_line_id")]; f != nil {
			f.values[r.id()] = templateValue{
				id: r.id(), line: r.reference("attribute_line_id"), value: r.reference("product_attribute_value_id"),
				name: r.text("name"), extra: r.number("price_extra"),
			}
		}
	}
	return all, nil
}

// active returns the attributes that the template has now.
func (f *family) active() []attributeLine {
	if f == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(f.lines), func(l attributeLine) bool { return !l.active })
}

// hasVariants tells whether the template has several variants or may come to have them.
func (f *family) hasVariants(v *variants) bool {
	if f == nil {
		return false
	}
	members := 0
	if v != nil {
		for _, m := range v.members {
			if len(m.values) > 0 {
				members++
			}
		}
	}
	return members > 1 || slices.ContainsFunc(f.active(), func(l attributeLine) bool { return l.mode == "dynamic" || len(l.values) > 1 })
}

// line returns the line of that id.
func (f *family) line(id int64) attributeLine {
	i := slices.IndexFunc(f.lines, func(l attributeLine) bool { return l.id == id })
	if i < 0 {
		return attributeLine{}
	}
	return f.lines[i]
}

// told returns the attributes that a variant is told by: an object of texts by the attribute's name.
func (f *family) told(values []int64) pipeline.Value {
	if f == nil {
		return pipeline.Value{}
	}
	told := map[string]pipeline.Value{}
	for _, id := range values {
		if v, ok := f.values[id]; ok {
			told[f.line(v.line).name] = pipeline.Text(v.name)
		}
	}
	if len(told) == 0 {
		return pipeline.Value{}
	}
	return pipeline.Object(told)
}

// title is what a variant is called for itself: the template's name and its values.
func (f *family) title(name string, values []int64) pipeline.Value {
	var parts []string
	for _, l := range f.lines {
		for _, id := range values {
			if v, ok := f.values[id]; ok && v.line == l.id {
				parts = append(parts, v.name)
			}
		}
	}
	return pipeline.Text(name + " (" + strings.Join(parts, ", ") + ")")
}

// code is a reference for a template with variants, which has none of its own: what the codes of its variants
// begin with, up to a separator, or else its id.
func code(id int64, v *variants) pipeline.Value {
	var codes []string
	if v != nil {
		for _, m := range v.members {
			if m.code != "" && len(m.values) > 0 {
				codes = append(codes, m.code)
			}
		}
	}
	slices.Sort(codes)
	if len(codes) > 1 {
		first, last := codes[0], codes[len(codes)-1]
		n := 0
		for n < len(first) && n < len(last) && first[n] == last[n] {
			n++
		}
		if cut := strings.LastIndexAny(first[:n], "-_./ "); cut >= 2 {
			return pipeline.Text(first[:cut])
		}
	}
	return pipeline.Text("template-" + strconv.FormatInt(id, 10))
}

// memberKey is the key of a variant of a template with several.
func memberKey(id int64) pipeline.Key { return "v" + keyOf(id) }

// memberOf returns the variant of a key; false for other keys.
func memberOf(key pipeline.Key) (int64, bool) {
	text, ok := strings.CutPrefix(string(key), "v")
	if !ok {
		return 0, false
	}
	return idOf(pipeline.Key(text))
}

// membersOf returns the variants of those keys.
func membersOf(keys []pipeline.Key) []int64 {
	var ids []int64
	for _, k := range keys {
		if id, ok := memberOf(k); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// combination names a set of values of a template.
func combination(values []int64) string {
	sorted := slices.SortedFunc(slices.Values(values), cmp.Compare)
	parts := make([]string, len(sorted))
	for i, id := range sorted {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ",")
}

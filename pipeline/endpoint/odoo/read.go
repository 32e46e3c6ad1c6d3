package odoo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// product is one template as it was read.
type product struct {
	pipeline.Record
	id       int64 // of the template, or of a variant of a family
	template int64 // of that variant
	created  string
	family   *family // of a template with variants
	edit     edit    // of the template's own row
	variants *variants
}

// Fetch implements pipeline.Endpoint.
func (e *Endpoint) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	s, err := e.session(ctx)
	if err != nil {
		return nil, err
	}
	products, err := e.readKeys(ctx, s, keys, fields)
	return recordsOf(products), err
}

// readKeys returns the records of those keys that exist.
func (e *Endpoint) readKeys(ctx context.Context, s *session, keys []pipeline.Key, fields []string) ([]product, error) {
	products, err := e.read(ctx, s, idsOf(keys), fields)
	if err != nil {
		return nil, err
	}
	members, err := e.readMembers(ctx, s, membersOf(keys), fields)
	return append(products, members...), err
}

// Find implements pipeline.Endpoint.
func (e *Endpoint) Find(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
	s, err := e.session(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.checkFields(append(slices.Clone(fields), field)); err != nil {
		return nil, err
	}
	if !s.searchable[field] || field == imageField || s.stocked([]string{field}) {
		return nil, pipeline.ErrCannotFind
	}
	var records []pipeline.Record
	for some := range slices.Chunk(values, batchSize) {
		wanted := holding(field, some)
		if field == categoryField {
			t, err := e.tree(ctx, s)
			if err != nil {
				return nil, err
			}
			wanted = t.holding(some)
		}
		ids, _, err := e.search(ctx, s, rpc.OpSearch, wanted, window{order: "id"})
		if err != nil {
			return nil, err
		}
		products, err := e.read(ctx, s, ids, append(slices.Clone(fields), field))
		if err != nil {
			return nil, err
		}
		products, err = e.holders(ctx, s, products, field, some, fields)
		if err != nil {
			return nil, err
		}
		records = append(records, recordsOf(products)...)
	}
	return records, nil
}

// holders replaces families by those of their variants whose field holds one of the values, where variants
// have the field for themselves.
func (e *Endpoint) holders(ctx context.Context, s *session, products []product, field string, values []pipeline.Value, fields []string) ([]product, error) {
	if !slices.Contains(ownFields(), field) {
		return products, nil
	}
	var families []int64
	products = slices.DeleteFunc(products, func(p product) bool {
		if p.Lacks("default_code") || p.Lacks(field) {
			families = append(families, p.id)
		}
		return p.Lacks(field)
	})
	if len(families) == 0 || field == priceField {
		return products, nil
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = argument(v)
	}
	d := domain{where("product_tmpl_id", "in", anyOf(families)), where(field, "in", list)}
	rows, _, err := e.searchRead(ctx, s, rpc.OpRead, variantModel, d, []string{attributesField}, window{order: "id"})
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, r := range rows {
		if len(s.member(r).values) > 0 {
			ids = append(ids, r.id())
		}
	}
	members, err := e.readMembers(ctx, s, ids, append(slices.Clone(fields), field))
	return append(products, members...), err
}

// holding is the domain of the templates whose field holds one of the values, or a variant of which
// does: codes of templates with several variants are on the variants alone.
func holding(field string, values []pipeline.Value) domain {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = argument(v)
	}
	switch field {
	case "default_code", "barcode":
		return domain{"|", where(field, "in", list), where("product_variant_ids."+field, "in", list)}
	}
	return domain{where(field, "in", list)}
}

// read returns the templates of those ids that exist.
//
// The variants are read first: their dates must not be newer than the values.
func (e *Endpoint) read(ctx context.Context, s *session, ids []int64, fields []string) ([]product, error) {
	if err := s.checkFields(fields); err != nil || len(ids) == 0 {
		return nil, err
	}
	known, began, err := e.variantsOf(ctx, s, ids, s.stocked(fields))
	if err != nil {
		return nil, err
	}
	families, err := e.families(ctx, s, ids, known)
	if err != nil {
		return nil, err
	}
	var active, archived, bare []int64
	for _, id := range ids {
		switch v := known[id]; {
		case v == nil:
			bare = append(bare, id)
		case v.archived:
			archived = append(archived, id)
		default:
			active = append(active, id)
		}
	}
	if len(bare) > 0 { // without a variant, gone, or out of the user's sight
		there, _, err := e.search(ctx, s, rpc.OpSearch, domain{where("id", "in", anyOf(bare))}, window{})
		if err != nil {
			return nil, err
		}
		active = append(active, there...)
	}
	var images map[int64]pipeline.Value
	if slices.Contains(fields, imageField) {
		if images, err = e.imagesOf(ctx, s, slices.Concat(active, archived), known); err != nil {
			return nil, err
		}
	}
	products := make([]product, 0, len(ids))
	for _, group := range []struct {
		ids   []int64
		flags flag
	}{{active, 0}, {archived, archivedToo}} {
		rows, err := e.readRows(ctx, s, group.ids, fields, group.flags)
		if err != nil {
			return nil, err
		}
		var t *tree
		if slices.Contains(fields, categoryField) {
			if t, err = e.places(ctx, s, rows); err != nil {
				return nil, err
			}
		}
		var levies map[int64]levy
		if e.taxed(fields) {
			if levies, err = e.levies(ctx, s, rows); err != nil {
				return nil, err
			}
		}
		for _, r := range rows {
			p, err := e.product(s, t, r, known[r.id()], families[r.id()], fields, began)
			if err != nil {
				return nil, err
			}
			if l, taxed := levies[p.id]; taxed {
				p.price(s, e.settings.Prices, l)
			}
			if images != nil {
				p.Fields[imageField] = images[p.id]
			}
			products = append(products, p)
		}
	}
	return products, nil
}

// readRows returns the rows of those ids that exist. Where one does not, it reads the others again: Odoo
// 16 leaves out the gone one without a word, but gives the others no barcode then.
func (e *Endpoint) readRows(ctx context.Context, s *session, ids []int64, fields []string, flags flag) ([]row, error) {
	wanted := []any{"create_date", "write_date", "write_uid"}
	for _, name := range fields {
		// Those are read elsewhere, and only variants have a parent.
		if name != imageField && !s.stocked([]string{name}) && name != parentField && name != attributesField {
			wanted = append(wanted, name)
		}
	}
	if e.taxed(fields) {
		wanted = append(wanted, taxesField)
	}
	for len(ids) > 0 {
		a, err := e.client.Call(ctx, rpc.Call{
			Operation: rpc.OpRead, Model: templateModel, Method: "read", Args: []any{anyOf(ids)},
			Options: map[string]any{"fields": wanted, "context": s.context(flags)},
		})
		if err != nil {
			return nil, err
		}
		rows, err := e.rows(a.Value)
		if err != nil || len(rows) >= len(ids) {
			return rows, err
		}
		ids = ids[:0:0]
		for _, r := range rows {
			ids = append(ids, r.id())
		}
	}
	return nil, nil
}

// product makes a product of what was read since began, a moment of the server's clock. The tree is needed
// where the fields hold the category.
func (e *Endpoint) product(s *session, t *tree, r row, v *variants, f *family, fields []string, began time.Time) (product, error) {
	p := product{
		Record: pipeline.Record{
			Key: keyOf(r.id()), Fields: make(pipeline.Values, len(fields)),
			Stamp: s.stamp(r.text("write_date"), v), Excluded: e.excluded(v, f),
		},
		id: r.id(), created: r.text("create_date"), variants: v, family: f,
		edit: edit{row: r.id(), uid: r.reference("write_uid"), date: r.text("write_date")},
	}
	for _, name := range fields {
		if name == imageField { // see read
			continue
		}
		if family := name == parentField || name == attributesField; family || f != nil && slices.Contains(parentLacks(), name) {
			// A template has no parent, but what tells its variants apart is theirs.
			if name != parentField {
				p.Lacking = append(p.Lacking, name)
			}
			if p.Fields[name] = (pipeline.Value{}); name == "default_code" {
				p.Fields[name] = code(p.id, v)
			}
			continue
		}
		if s.stocked([]string{name}) {
			p.Fields[name] = s.stockOf(v)
			continue
		}
		var value pipeline.Value
		var err error
		if name == categoryField {
			value, err = t.place(s.schema.Fields[name], r)
		} else {
			value, err = decode(s.schema.Fields[name], r[name])
		}
		if err != nil {
			return p, &pipeline.Error{Code: pipeline.CodeBadAnswer, Class: pipeline.Transient, Message: "Odoo's answer cannot be read", Cause: err}
		}
		p.Fields[name] = value
	}
	newest := p.edit.date
	if v != nil {
		newest = max(newest, v.newest)
	}
	e.date(&p, newest, v, began)
	return p, nil
}

// date fills in when a product was edited, newest being the latest date of its rows.
func (e *Endpoint) date(p *product, newest string, v *variants, began time.Time) {
	modified, err := time.Parse(dateTime, newest)
	if err != nil {
		return // rows made beside Odoo may lack a date
	}
	// A date has whole seconds, cut off: an edit in the rest of that second would leave it as it is.
	p.Settled = !began.IsZero() && !began.Before(modified.Add(2*time.Second))
	if v != nil && v.stock != nil {
		if moved, err := time.Parse(dateTime, v.stock.newest); err == nil && moved.After(modified) {
			modified = moved
		}
	}
	if ahead, ok := e.client.Offset(); ok {
		p.Modified = modified.Add(-ahead)
	}
}

// checkFields refuses fields that products do not have, before anything is sent.
func (s *session) checkFields(fields []string) error {
	for _, name := range fields {
		f, ok := s.schema.Lookup(name)
		switch {
		case !ok:
			return &pipeline.Error{
				Code: pipeline.CodeFieldNotFound, Message: fmt.Sprintf("Odoo's %s has no field %q that can be mapped", templateModel, name),
			}
		case f.Type == pipeline.TypeImage && f.Image == nil:
			return &pipeline.Error{
				Code: pipeline.CodeMappingFailed, Message: fmt.Sprintf("the field %q of Odoo holds a file, which this version does not carry", name),
				Remedy: "Take the field out of the mapping; the image of a product is in `image_1920`.",
			}
		}
	}
	return nil
}

func keyOf(id int64) pipeline.Key { return pipeline.Key(strconv.FormatInt(id, 10)) }

// idOf returns the id of a key; false for what is no key of an Odoo record.
func idOf(key pipeline.Key) (int64, bool) {
	id, err := strconv.ParseInt(string(key), 10, 32)
	return id, err == nil && id > 0 && keyOf(id) == key
}

func idsOf(keys []pipeline.Key) []int64 {
	ids := make([]int64, 0, len(keys))
	for _, k := range keys {
		if id, ok := idOf(k); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func recordsOf(products []product) []pipeline.Record {
	if products == nil {
		return nil
	}
	records := make([]pipeline.Record, len(products))
	for i, p := range products {
		records[i] = p.Record
	}
	return records
}

package odoo

import (
	"context"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// member is one variant of a template.
type member struct {
	id            int64
	active        bool
	code, barcode string
	// fresh: Odoo made it just now, since the template's attributes changed. joined: it was the only variant of a
	// product without attributes until then.
	fresh, joined bool
	values        []int64
	edit          edit
	// Whether it keeps stock, and whether by lots.
	storable, tracked bool
}

// variants returns what is known of the member, as of the only variant of a template.
func (m member) variants() *variants {
	return &variants{
		id: m.id, counted: 1, archived: !m.active, newest: m.edit.date, edits: []edit{m.edit},
		storable: m.storable, tracked: m.tracked,
	}
}

// children returns, by id, the variants of those templates that are families, with their stock if stocked, and
// their templates.
func (e *Endpoint) children(ctx context.Context, s *session, families map[int64]*family, known map[int64]*variants, stocked bool) (map[int64]*variants, map[int64]int64, error) {
	found, owner := map[int64]*variants{}, map[int64]int64{}
	for id := range families {
		if known[id] == nil {
			continue
		}
		for _, m := range known[id].members {
			if len(m.values) > 0 {
				found[m.id], owner[m.id] = m.variants(), id
			}
		}
	}
	if stocked && len(found) > 0 {
		if err := e.readStock(ctx, s, found); err != nil {
			return nil, nil, err
		}
	}
	return found, owner, nil
}

// readMembers returns the variants of those ids that exist, as records of their families.
func (e *Endpoint) readMembers(ctx context.Context, s *session, ids []int64, fields []string) ([]product, error) {
	if err := s.checkFields(fields); err != nil || len(ids) == 0 {
		return nil, err
	}
	wanted := []string{"product_tmpl_id", "name", "create_date", "write_date", "write_uid", "active", attributesField}
	stocked := s.stocked(fields)
	if stocked {
		wanted = append(wanted, "tracking", s.dialect.storable)
	}
	for _, name := range fields {
		switch {
		case name == priceField:
			wanted = append(wanted, variantPriceField)
		case name == parentField || name == attributesField || name == stockField && stocked || s.schema.Fields[name].Type == pipeline.TypeImage:
		case !slices.Contains(wanted, name):
			wanted = append(wanted, name)
		}
	}
	if e.taxed(fields) {
		wanted = append(wanted, taxesField)
	}
	rows, a, err := e.searchRead(ctx, s, rpc.OpRead, variantModel, domain{where("id", "in", anyOf(ids))}, wanted, window{order: "id"})
	if err != nil {
		return nil, err
	}
	var levies map[int64]levy
	if e.taxed(fields) {
		if levies, err = e.levies(ctx, s, rows); err != nil {
			return nil, err
		}
	}
	templates := templatesOf(rows)
	known, err := e.attributes(ctx, s, templates)
	if err != nil {
		return nil, err
	}
	dates, err := e.datesOf(ctx, s, templates)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]*variants, len(rows))
	for _, r := range rows {
		found[r.id()] = s.member(r).variants()
	}
	if stocked {
		if err := e.readStock(ctx, s, found); err != nil {
			return nil, err
		}
	}
	var t *tree
	if slices.Contains(fields, categoryField) {
		if t, err = e.places(ctx, s, rows); err != nil {
			return nil, err
		}
	}
	products := make([]product, 0, len(rows))
	for _, r := range rows {
		template := r.reference("product_tmpl_id")
		p, err := e.memberProduct(s, t, r, known[template], found[r.id()], fields, dates[template], a.Began)
		if err != nil {
			return nil, err
		}
		if l, taxed := levies[p.id]; taxed {
			p.price(s, e.settings.Prices, l)
		}
		products = append(products, p)
	}
	return products, nil
}

// datesOf returns the dates of templates where they say more than those of their variants.
func (e *Endpoint) datesOf(ctx context.Context, s *session, templates []int64) (map[int64]string, error) {
	dates := map[int64]string{}
	if s.dialect.variantDateTells || len(templates) == 0 {
		return dates, nil
	}
	rows, _, err := e.searchRead(ctx, s, rpc.OpRead, templateModel, domain{where("id", "in", anyOf(templates))}, []string{"write_date"}, window{order: "id"})
	for _, r := range rows {
		dates[r.id()] = r.text("write_date")
	}
	return dates, err
}

// member reads the row of a variant.
func (s *session) member(r row) member {
	m := member{
		id: r.id(), active: r.isTrue("active"), code: r.text("default_code"), barcode: r.text("barcode"),
		storable: s.dialect.keepsStock(r), tracked: inLots(r.text("tracking")),
		edit: edit{row: r.id(), uid: r.reference("write_uid"), date: r.text("write_date")},
	}
	values, _ := r[attributesField].([]any)
	for _, v := range values {
		if id, ok := v.(int64); ok {
			m.values = append(m.values, id)
		}
	}
	return m
}

// memberProduct makes a product of the row of a variant.
func (e *Endpoint) memberProduct(s *session, t *tree, r row, f *family, v *variants, fields []string, templateDate string, began time.Time) (product, error) {
	p := product{
		Record: pipeline.Record{Key: memberKey(r.id()), Fields: make(pipeline.Values, len(fields)), Stamp: s.stamp(templateDate, v)},
		id:     r.id(), template: r.reference("product_tmpl_id"), created: r.text("create_date"), variants: v,
		edit: edit{row: r.id(), uid: r.reference("write_uid"), date: r.text("write_date")},
	}
	m := s.member(r)
	for _, name := range fields {
		if !slices.Contains(ownFields(), name) {
			p.Lacking = append(p.Lacking, name)
		}
		raw := r[name]
		switch {
		case name == parentField:
			p.Fields[name] = pipeline.Text(string(keyOf(p.template)))
			continue
		case name == attributesField:
			p.Fields[name] = f.told(m.values)
			continue
		case s.stocked([]string{name}):
			p.Fields[name] = s.stockOf(v)
			continue
		case name == "name" && f != nil:
			p.Fields[name] = f.title(r.text("name"), m.values)
			continue
		case s.schema.Fields[name].Type == pipeline.TypeImage:
			p.Fields[name] = pipeline.Value{}
			continue
		case name == priceField:
			raw = r[variantPriceField]
		}
		value, err := decode(s.schema.Fields[name], raw)
		if name == categoryField {
			value, err = t.place(s.schema.Fields[name], r)
		}
		if err != nil {
			return p, &pipeline.Error{Code: pipeline.CodeBadAnswer, Class: pipeline.Transient, Message: "Odoo's answer cannot be read", Cause: err}
		}
		p.Fields[name] = value
	}
	e.date(&p, max(p.edit.date, templateDate), v, began)
	return p, nil
}

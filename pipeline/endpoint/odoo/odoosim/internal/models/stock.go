package models

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

func warehouses() *orm.Model {
	return &orm.Model{Name: warehouse, Label: "Warehouse", Order: "id", Fields: []*orm.Field{
		orm.Column("name", "Warehouse", orm.Char).Must(), orm.Column("code", "Short Name", orm.Char).Must(),
		orm.Reference("company_id", "Company", "res.company").Must(),
		orm.Reference("lot_stock_id", "Location Stock", location).Must(),
		orm.Reference("view_location_id", "View Location", location).Must(),
		orm.Column("active", "Active", orm.Boolean).Or(true),
	}}
}

// named is a model that others point at and of which nothing but the name matters.
func named(name, label string) *orm.Model {
	return &orm.Model{Name: name, Label: label, Order: "id", Fields: []*orm.Field{orm.Column("name", "Name", orm.Char).Must()}}
}

func locations() *orm.Model {
	usage := orm.Column("usage", "Location Type", orm.Selection).Must().Or("internal")
	usage.Options = [][2]string{
		{"supplier", "Vendor Location"},
		{"view", "View"},
		{"internal", "Internal Location"},
		{"customer", "Customer Location"},
		{"inventory", "Inventory Loss"},
		{"production", "Production"},
		{"transit", "Transit Location"},
	}
	return &orm.Model{
		Name: location, Label: "Inventory Locations", Order: "complete_name, id", NameFrom: "complete_name", Parent: "location_id",
		Fields: []*orm.Field{
			orm.Column("name", "Location Name", orm.Char).Must(), orm.Column("complete_name", "Full Location Name", orm.Char),
			usage, orm.Reference("location_id", "Parent Location", location).Index(),
			orm.Reference("company_id", "Company", "res.company"),
			orm.Column("active", "Active", orm.Boolean).Or(true),
		},
	}
}

func moves() *orm.Model {
	return &orm.Model{Name: move, Label: "Stock Move", Order: "id", Fields: append(moveFields(),
		orm.Column("name", "Description", orm.Char), orm.Column("is_inventory", "Inventory", orm.Boolean))}
}

func moveLines() *orm.Model {
	return &orm.Model{
		Name: moveLine, Label: "Product Moves (Stock Move Line)", Order: "id", NameFrom: "reference",
		Fields: append(moveFields(), orm.Reference("move_id", "Stock Operation", move), orm.Column("reference", "Reference", orm.Char)),
	}
}

func moveFields() []*orm.Field {
	state := orm.Column("state", "Status", orm.Selection).Or("done")
	state.Options = [][2]string{{"draft", "New"}, {"assigned", "Available"}, {"done", "Done"}, {"cancel", "Cancelled"}}
	quantity := orm.Column("quantity", "Quantity", orm.Float)
	quantity.Digits = 2
	return []*orm.Field{
		orm.Reference("product_id", "Product", variant).Must().Index(), quantity, state,
		orm.Reference("location_id", "From", location), orm.Reference("location_dest_id", "To", location),
		orm.Column("date", "Date", orm.Datetime), orm.Reference("company_id", "Company", "res.company"),
	}
}

// neverMoved refuses to delete variants that stock moved of.
func neverMoved(e *orm.Env, variants []int64) error {
	for _, id := range variants {
		if len(e.Model(move).Rows().Having("product_id", id)) > 0 {
			return e.ForeignKey(orm.Link{Label: "Stock Move", Model: move, Field: "product_id", FieldLabel: "Product"})
		}
	}
	return nil
}

// keepsType refuses to change whether a product is storable once stock moved.
func keepsType(e *orm.Env, ids []int64, values orm.Values) error {
	if e.Dialect().TypeChanges {
		return nil
	}
	field, text := "is_storable", "You can not change the inventory tracking of a product that was already used."
	if e.Dialect().DetailedType {
		field, text = "type", "You can not change the type of a product that was already used."
	}
	v, given := values[field]
	if !given {
		return nil
	}
	for _, id := range ids {
		was := e.Model(template).Fetch(id).Get(field)
		if was == v || was == nil && !orm.Truthy(v) {
			continue
		}
		if neverMoved(e, e.Model(variant).Rows().Having("product_tmpl_id", id)) != nil {
			return orm.UserErrorf("%s", text)
		}
	}
	return nil
}

// storable tells whether stock of a template's products is kept.
func storable(e *orm.Env, r *orm.Row) bool {
	if e.Dialect().DetailedType {
		return r.Text("type") == "product"
	}
	return r.True("is_storable")
}

// stockFields are what stock adds to templates and variants. quantity returns what is on hand and what
// of it is reserved.
func stockFields(d orm.Dialect, quantity func(*orm.Env, *orm.Row) (onHand, reserved float64)) []*orm.Field {
	number := func(name, label string, of func(onHand, reserved float64) float64) *orm.Field {
		f := orm.Computed(name, label, orm.Float, func(e *orm.Env, r *orm.Row) any { return of(quantity(e, r)) })
		f.Digits, f.Needs = 2, move
		return f
	}
	onHand := number("qty_available", "Quantity On Hand", func(onHand, _ float64) float64 { return onHand })
	// A written quantity is taken without a word and ignored, up to 18.
	onHand.Set = func(*orm.Env, []int64, any) error { return nil }
	if d.QuantityWritable {
		onHand.Readonly = false
	}
	return []*orm.Field{
		onHand,
		number("virtual_available", "Forecasted Quantity", func(onHand, reserved float64) float64 { return onHand - reserved }),
		number("free_qty", "Free To Use Quantity ", func(onHand, reserved float64) float64 { return onHand - reserved }),
	}
}

// templateQuantity sums up the variants that the context lets see: an archived template read without
// active_test = False has none.
func templateQuantity(e *orm.Env, r *orm.Row) (onHand, reserved float64) {
	for _, id := range variantsOf(e, r) {
		n, held := variantQuantity(e, e.Model(variant).Fetch(id))
		onHand, reserved = onHand+n, reserved+held
	}
	return onHand, reserved
}

// variantQuantity sums up the quants of a variant in the internal locations that the context names, or
// in those of all companies that it may see.
func variantQuantity(e *orm.Env, r *orm.Row) (onHand, reserved float64) {
	quants := e.Siblings(quant, "product_id", r.ID)
	if len(quants) == 0 || !storable(e, e.Model(template).Fetch(r.Ref("product_tmpl_id"))) {
		return 0, 0
	}
	at := e.Context.Int("location")
	if w := e.Model(warehouse).Fetch(e.Context.Int(e.Dialect().WarehouseKey)); w != nil {
		at = w.Ref("view_location_id")
	}
	for _, q := range quants {
		l := e.Model(location).Fetch(q.Ref("location_id"))
		seen := l.Ref("company_id") == 0 || slices.Contains(e.Companies(), l.Ref("company_id"))
		if seen && (at == 0 && l.Text("usage") == "internal" || at != 0 && within(e, l, at)) {
			onHand += q.Number("quantity")
			reserved += q.Number("reserved_quantity")
		}
	}
	return orm.Round(onHand, 2), orm.Round(reserved, 2)
}

// within tells whether a location is top or lies below it.
func within(e *orm.Env, l *orm.Row, top int64) bool {
	for l != nil && l.ID != top {
		l = e.Model(location).Fetch(l.Ref("location_id"))
	}
	return l != nil
}

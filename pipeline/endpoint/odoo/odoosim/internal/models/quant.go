package models

import (
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// The fields by which an inventory is counted: the first waits for action_apply_inventory, the second
// is applied at once.
const (
	counted   = "inventory_quantity"
	autoApply = "inventory_quantity_auto_apply"
)

func quants(d orm.Dialect) *orm.Model {
	number := func(name, label string) *orm.Field {
		f := orm.Column(name, label, orm.Float)
		f.Digits = 2
		return f
	}
	apply := orm.Computed(autoApply, "Inventoried Quantity", orm.Float, func(_ *orm.Env, r *orm.Row) any { return r.Get("quantity") })
	apply.Readonly, apply.Digits = false, 2
	apply.Set = func(e *orm.Env, ids []int64, v any) error {
		if !e.Context.True("inventory_mode") {
			return nil // taken without a word
		}
		return applyCount(e, ids, v, d.ZeroMoves)
	}
	return &orm.Model{
		Name: quant, Label: "Quants", Order: "id", NameFrom: "product_id",
		Fields: []*orm.Field{
			orm.Reference("product_id", "Product", variant).Must().Index(),
			orm.Reference("location_id", "Location", location).Must(),
			orm.Reference("company_id", "Company", "res.company"),
			orm.Reference("lot_id", "Lot/Serial Number", "stock.lot"), orm.Reference("package_id", "Package", "stock.quant.package"),
			orm.Reference("owner_id", "Owner", "res.partner"),
			number("quantity", "Quantity"), number("reserved_quantity", "Reserved Quantity"),
			number(counted, "Counted Quantity"), orm.Column(counted+"_set", "Inventory Quantity Set", orm.Boolean), apply,
		},
		Create: createQuants,
		Methods: map[string]orm.Method{
			"action_apply_inventory": {OnRecords: true, Writes: true, Run: func(c *orm.Call) (any, error) {
				return nil, applyPending(c.Env, c.IDs, d.ZeroMoves)
			}},
		},
	}
}

// createQuants makes quants; when counting, the quant that there is already for a product at a location
// is used instead.
func createQuants(e *orm.Env, list []orm.Values) ([]int64, error) {
	m := e.Model(quant)
	var ids []int64
	for _, values := range list {
		if err := mayHoldStock(e, values); err != nil {
			return nil, err
		}
		_, pending := values[counted]
		_, at := values[autoApply]
		if existing := findQuant(e, values); (pending || at) && existing != 0 {
			if err := e.WriteRows(m, []int64{existing}, values); err != nil {
				return nil, err
			}
			ids = append(ids, existing)
		} else {
			made, err := e.CreateRows(m, []orm.Values{with(values, "company_id", companyOf(e, values))})
			if err != nil {
				return nil, err
			}
			ids = append(ids, made...)
		}
		if pending {
			e.Store(m.Fetch(ids[len(ids)-1]), counted+"_set", true)
		}
	}
	return ids, nil
}

func companyOf(e *orm.Env, values orm.Values) any {
	id, _ := values["location_id"].(int64)
	if l := e.Model(location).Fetch(id); l != nil {
		return l.Get("company_id")
	}
	return nil
}

// mayHoldStock refuses stock of what is not storable, and at places that only group others.
func mayHoldStock(e *orm.Env, values orm.Values) error {
	product, _ := values["product_id"].(int64)
	if r := e.Model(variant).Fetch(product); r != nil && !storable(e, e.Model(template).Fetch(r.Ref("product_tmpl_id"))) {
		return orm.Invalidf("Quants cannot be created for consumables or services.")
	}
	at, _ := values["location_id"].(int64)
	if l := e.Model(location).Fetch(at); l != nil && l.Text("usage") == "view" {
		return orm.UserErrorf("You cannot take products from or deliver products to a location of type \"view\" (%s).", l.Text("name"))
	}
	return nil
}

// ownerOf returns the template of a variant.
func ownerOf(e *orm.Env, id int64) *orm.Row {
	return e.Model(template).Fetch(e.Model(variant).Fetch(id).Ref("product_tmpl_id"))
}

func findQuant(e *orm.Env, values orm.Values) int64 {
	product, _ := values["product_id"].(int64)
	at, _ := values["location_id"].(int64)
	lot, _ := values["lot_id"].(int64)
	for _, q := range e.Siblings(quant, "product_id", product) {
		if q.Ref("location_id") == at && q.Ref("lot_id") == lot {
			return q.ID
		}
	}
	return 0
}

// applyPending applies the quantities that were counted before.
func applyPending(e *orm.Env, ids []int64, zeroMoves bool) error {
	if err := mayCount(e); err != nil {
		return err
	}
	for _, id := range ids {
		r := e.Model(quant).Fetch(id)
		if r == nil {
			return orm.MissingRecord(quant, []int64{id}, e.User.ID)
		}
		if err := applyCount(e, []int64{id}, r.Number(counted), zeroMoves); err != nil {
			return err
		}
		r = e.Store(e.Model(quant).Fetch(id), counted, 0.0)
		e.Store(r, counted+"_set", false)
	}
	return nil
}

func mayCount(e *orm.Env) error {
	if e.IsSuper() || e.User.Role == orm.Administrator || e.User.Role == orm.Manager {
		return nil
	}
	if e.User.Role == orm.Employee && e.Dialect().UsersCountStock {
		return nil
	}
	return orm.UserErrorf("Only a stock manager can validate an inventory adjustment.")
}

// applyCount sets the quantity of quants by a stock move, which moves the dates of the quant and of the
// move, but not of the product.
func applyCount(e *orm.Env, ids []int64, v any, zeroMoves bool) error {
	if err := mayCount(e); err != nil {
		return err
	}
	n, _ := v.(float64)
	for _, id := range ids {
		r := e.Model(quant).Fetch(id)
		if t := ownerOf(e, r.Ref("product_id")); t.Text("tracking") != "none" && r.Ref("lot_id") == 0 && !e.Dialect().CountsWithoutLots {
			continue // without a lot nothing is set, and nothing is said
		}
		difference := orm.Round(n-r.Number("quantity"), 2)
		if difference == 0 && !zeroMoves {
			continue
		}
		r = e.Store(r, "quantity", orm.Round(n, 2))
		r = e.Store(r, "reserved_quantity", min(r.Number("reserved_quantity"), max(n, 0)))
		e.Touch(r)
		if err := recordMove(e, r, difference); err != nil {
			return err
		}
	}
	return nil
}

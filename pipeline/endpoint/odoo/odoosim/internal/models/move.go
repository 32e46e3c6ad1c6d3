package models

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// recordMove leaves the done move and its line behind an inventory.
func recordMove(e *orm.Env, q *orm.Row, difference float64) error {
	from, to := placeFor(e, "inventory"), q.Ref("location_id")
	if difference < 0 {
		from, to, difference = to, from, -difference
	}
	values := orm.Values{
		"product_id": q.Ref("product_id"), "quantity": difference, "location_id": from, "location_dest_id": to,
		"company_id": q.Get("company_id"), "date": e.Tx.Stamp,
	}
	return leave(e, values, "Product Quantity Updated", true)
}

// leave leaves a done move and its line behind.
func leave(e *orm.Env, values orm.Values, reference string, inventory bool) error {
	super := e.Super()
	made, err := super.CreateRows(e.Model(move), []orm.Values{with(with(values, "name", reference), "is_inventory", inventory)})
	if err != nil {
		return err
	}
	_, err = super.CreateRows(e.Model(moveLine), []orm.Values{with(with(values, "move_id", made[0]), "reference", reference)})
	return err
}

// placeFor returns the first location of a usage.
func placeFor(e *orm.Env, usage string) int64 {
	for r := range e.Model(location).Rows().All() {
		if r.Text("usage") == usage {
			return r.ID
		}
	}
	return 0
}

// Deliver takes n of a variant out of the stock of a warehouse, below zero if need be.
func Deliver(e *orm.Env, code string, variant int64, n float64) error {
	q, err := stockOf(e, code, variant)
	if err != nil {
		return err
	}
	q = e.Store(q, "quantity", orm.Round(q.Number("quantity")-n, 2))
	q = e.Store(q, "reserved_quantity", max(0, q.Number("reserved_quantity")-n))
	e.Touch(q)
	return leave(e, orm.Values{
		"product_id": variant, "quantity": n, "location_id": q.Ref("location_id"), "location_dest_id": placeFor(e, "customer"),
		"company_id": q.Get("company_id"), "date": e.Tx.Stamp,
	}, "WH/OUT/00001", false)
}

// Reserve reserves n of a variant in the stock of a warehouse.
func Reserve(e *orm.Env, code string, variant int64, n float64) error {
	q, err := stockOf(e, code, variant)
	if err != nil {
		return err
	}
	e.Touch(e.Store(q, "reserved_quantity", orm.Round(q.Number("reserved_quantity")+n, 2)))
	return nil
}

// Tidy deletes the quants at zero.
func Tidy(e *orm.Env) error {
	var empty []int64
	for r := range e.Model(quant).Rows().All() {
		if r.Number("quantity") == 0 && r.Number("reserved_quantity") == 0 {
			empty = append(empty, r.ID)
		}
	}
	return e.UnlinkRows(e.Model(quant), empty)
}

// stockOf returns the quant of a variant in the stock of a warehouse, making an empty one if there is none.
func stockOf(e *orm.Env, code string, variant int64) (*orm.Row, error) {
	for w := range e.Model(warehouse).Rows().All() {
		if w.Text("code") != code {
			continue
		}
		values := orm.Values{"product_id": variant, "location_id": w.Ref("lot_stock_id")}
		if id := findQuant(e, values); id != 0 {
			return e.Model(quant).Fetch(id), nil
		}
		if err := mayHoldStock(e, values); err != nil {
			return nil, err
		}
		made, err := e.Super().CreateRows(e.Model(quant), []orm.Values{with(values, "company_id", w.Ref("company_id"))})
		if err != nil {
			return nil, err
		}
		return e.Model(quant).Fetch(made[0]), nil
	}
	return nil, fmt.Errorf("there is no warehouse %q", code)
}

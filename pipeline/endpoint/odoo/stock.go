package odoo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// stockField is the quantity in the warehouse of the source block. Odoo computes it for whatever the
// context names; here it is summed up from the quants, whose dates are needed anyway and which any
// internal user may read.
const stockField = "qty_available"

// The models of stock.
const (
	warehouseModel = "stock.warehouse"
	quantModel     = "stock.quant"
	moveLineModel  = "stock.move.line"
)

// warehouse is where the stock lies that is carried.
type warehouse struct {
	code string
	view int64 // the location that all of the warehouse's lie below
	main int64 // the location that is counted
	free bool  // what is reserved does not count
	// mayCount: the user may make inventory adjustments.
	mayCount bool
}

// stocked tells whether one of the fields is the stock of the warehouse. Without a stock block the field is
// an ordinary one, which is only read.
func (s *session) stocked(fields []string) bool {
	return s.warehouse != nil && slices.Contains(fields, stockField)
}

// readWarehouse looks up the warehouse of the source block.
func (e *Endpoint) readWarehouse(ctx context.Context, s *session) error {
	if e.settings.Stock == nil {
		return nil
	}
	d := domain{where("active", "=", true)}
	if s.company > 0 {
		d = append(d, where("company_id", "=", s.company))
	}
	rows, _, err := e.searchRead(ctx, s, rpc.OpDescribe, warehouseModel, d, []string{"code", "lot_stock_id", "view_location_id"}, window{order: "id"})
	if err != nil {
		return e.noInventory(err)
	}
	want := e.settings.Stock.Warehouse
	var codes []string
	for _, r := range rows {
		if r.text("code") == want && s.warehouse != nil {
			return &pipeline.Error{
				Code: pipeline.CodeWarehouseNotFound, Class: pipeline.Auth,
				Message: fmt.Sprintf("several companies in the Odoo database %q have a warehouse %q", e.settings.Database, want),
				Remedy:  "Write `company = ID` in the source block, the id of the company whose warehouse is meant.",
			}
		}
		if r.text("code") == want {
			s.warehouse = &warehouse{
				code: want, view: r.reference("view_location_id"), main: r.reference("lot_stock_id"),
				free: e.settings.Stock.Quantity == quantityFree,
			}
		}
		codes = append(codes, fmt.Sprintf("%q", r.text("code")))
	}
	if s.warehouse == nil {
		return e.unknownWarehouse(want, codes)
	}
	s.warehouse.mayCount, err = e.mayCount(ctx, s)
	return err
}

func (e *Endpoint) unknownWarehouse(want string, codes []string) error {
	list := "it has none"
	if len(codes) > 0 {
		list = "there are " + strings.Join(codes, ", ")
	}
	return &pipeline.Error{
		Code: pipeline.CodeWarehouseNotFound, Class: pipeline.Auth,
		Message: fmt.Sprintf("the Odoo database %q has no warehouse with the short name %q: %s", e.settings.Database, want, list),
	}
}

// noInventory says so where the database has no stock at all.
func (e *Endpoint) noInventory(err error) error {
	known := pipeline.AsError(err)
	if known.Class != pipeline.Permanent {
		return err
	}
	return &pipeline.Error{
		Code: pipeline.CodeWarehouseNotFound, Class: pipeline.Auth, Cause: known,
		Message: fmt.Sprintf("the warehouses of the Odoo database %q cannot be read", e.settings.Database),
		Remedy:  "Install the app Inventory in Odoo, or take the stock block out of the source.",
	}
}

// mayCount tells whether the user may set quantities. Up to 17 a stock manager alone may.
func (e *Endpoint) mayCount(ctx context.Context, s *session) (bool, error) {
	if s.dialect.usersCount {
		return e.may(ctx, s, quantModel, "create")
	}
	return e.inGroup(ctx, "stock.group_stock_manager")
}

// inGroup tells whether the user is in the group of that external id. It is for the versions up to 17.
func (e *Endpoint) inGroup(ctx context.Context, group string) (bool, error) {
	a, err := e.client.Call(ctx, rpc.Call{Operation: rpc.OpDescribe, Model: "res.users", Method: "has_group", Args: []any{group}})
	in, _ := a.Value.(bool)
	return in, err
}

// stock is what of one product lies in the warehouse.
type stock struct {
	onHand, reserved decimal.Decimal
	// here is what lies at the very place that is counted: in no lot, in no package, and nobody else's.
	here   decimal.Decimal
	newest string // the latest write_date, "" where nothing lies
	edits  []edit
}

// quantity is what the field holds.
func (w *warehouse) quantity(k *stock) decimal.Decimal {
	if k == nil {
		return decimal.Zero
	}
	if w.free {
		return k.onHand.Sub(k.reserved)
	}
	return k.onHand
}

// stockOf returns what the field holds of a product.
func (s *session) stockOf(v *variants) pipeline.Value {
	if v == nil {
		return pipeline.Int(0)
	}
	return pipeline.Number(s.warehouse.quantity(v.stock))
}

// readStock fills in the stock of products, by template.
func (e *Endpoint) readStock(ctx context.Context, s *session, products map[int64]*variants) error {
	found, err := e.stockOf(ctx, s, products)
	for id, v := range products {
		v.stock = found[id]
	}
	return err
}

// stockOf returns the stock of products, by template.
func (e *Endpoint) stockOf(ctx context.Context, s *session, products map[int64]*variants) (map[int64]*stock, error) {
	found := make(map[int64]*stock, len(products))
	template := make(map[int64]int64, len(products))
	ids := make([]any, 0, len(products))
	for id, v := range products {
		found[id], template[v.id] = &stock{}, id
		ids = append(ids, v.id)
	}
	if len(ids) == 0 {
		return found, nil
	}
	d := domain{where("product_id", "in", ids), where("location_id", "child_of", s.warehouse.view)}
	rows, _, err := e.searchRead(ctx, s, rpc.OpStock, quantModel, d, []string{
		"product_id", "location_id", "quantity", "reserved_quantity", "lot_id", "package_id", "owner_id", "write_date", "write_uid",
	}, window{order: "id"})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if k := found[template[r.reference("product_id")]]; k != nil {
			k.add(r, s.warehouse.main)
		}
	}
	return found, nil
}

// add adds a quant.
func (k *stock) add(quant row, main int64) {
	n := quant.number("quantity")
	k.onHand, k.reserved = k.onHand.Add(n), k.reserved.Add(quant.number("reserved_quantity"))
	if quant.reference("location_id") == main && quant.reference("lot_id") == 0 && quant.reference("package_id") == 0 && quant.reference("owner_id") == 0 {
		k.here = k.here.Add(n)
	}
	k.newest = max(k.newest, quant.text("write_date"))
	k.edits = append(k.edits, edit{model: quantModel, row: quant.id(), uid: quant.reference("write_uid"), date: quant.text("write_date")})
}

// number returns a number; its float's shortest text is the decimal that was stored.
func (r row) number(field string) decimal.Decimal {
	switch n := r[field].(type) {
	case float64:
		return decimal.NewFromFloat(n)
	case int64:
		return decimal.NewFromInt(n)
	}
	return decimal.Zero
}

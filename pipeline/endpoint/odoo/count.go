package odoo

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// A quantity is set by an inventory adjustment: a quant is made in the context "inventory_mode", with the
// quantity that was counted, and Odoo makes the move of the difference. In load the quant is a record below
// the product's variant, so that it is made in the transaction of the product itself.
const (
	countColumn  = "inventory_quantity_auto_apply"
	variantPath  = "product_variant_ids/"
	quantPath    = variantPath + "stock_quant_ids/"
	placeColumn  = quantPath + "location_id/.id"
	amountColumn = quantPath + countColumn
)

// counts tells whether the line sets the stock.
func (l line) counts() bool {
	_, ok := l.values[stockField]
	return ok && l.place != 0
}

// without returns the line without its quantity.
func (l line) without() line {
	l.values = maps.Clone(l.values)
	delete(l.values, stockField)
	return l
}

// countApart takes the quantity of an archived product out of its other fields. Up to Odoo 17 a template that is
// written together with a count of its archived variant may lose its code and its weight: Odoo works them out anew
// without seeing the variant, one time in ten.
func (s *session) countApart(l line) (fields, count line) {
	if s.dialect.variantDateTells || !l.counts() || len(l.values) == 1 {
		return l, line{}
	}
	count = l
	count.values = pipeline.Values{stockField: l.values[stockField]}
	count.image, count.own = nil, 0
	return l.without(), count
}

// storing makes the line of a new product one of a storable product, and fills in how its quantity is
// counted.
func (s *session) storing(l line) (line, error) {
	if s.warehouse == nil {
		return l, nil
	}
	given := false
	for _, name := range []string{"type", "detailed_type", "is_storable"} {
		_, ok := l.values[name]
		given = given || ok
	}
	if name := s.dialect.storable; !given {
		l.values[name] = s.dialect.isStorable()
	}
	want, ok := l.values[stockField]
	switch {
	case !ok:
		return l, nil
	case want.AsNumber().IsZero():
		return l.without(), nil
	case inLots(l.values["tracking"].AsText()) && !s.dialect.countsWithoutLots:
		return l, stockRejected("a new product that is tracked by lots or serial numbers gets no quantity in this version of Odoo", "Leave `tracking` out of the mapping, or count the product in Odoo and take its stock out of the pipeline.")
	case !s.warehouse.mayCount:
		return l, s.mayNotCount()
	}
	l.place, l.count = s.warehouse.main, want.AsNumber()
	return l, nil
}

// inLots tells whether a product with that tracking is counted by lots or serial numbers.
func inLots(tracking string) bool { return tracking != "" && tracking != "none" }

// counted fills in how the line's quantity is counted, or takes it out where it is what it is to become: an
// inventory that changes nothing still leaves a move behind in some versions.
func (s *session) counted(l line, v *variants) (line, error) {
	want, ok := l.values[stockField]
	if !ok || s.warehouse == nil {
		return l, nil
	}
	target, held := want.AsNumber(), s.warehouse.quantity(v.stock)
	more := target.Sub(held)
	count := v.stock.here.Add(more)
	presumed, given := l.presumed[stockField]
	switch {
	case given && !presumed.Equal(pipeline.Number(held)):
		return l, stockMoved(l.id, presumed.AsNumber(), held)
	case more.IsZero():
		return l.without(), nil
	case !v.storable:
		return l, stockRejected("Odoo keeps no stock of the product %d, a consumable or a service", "Make the product storable in Odoo (Track Inventory; up to Odoo 17: Product Type, Storable Product), or take it out of the pipeline with a filter.", l.id)
	case v.tracked && !s.dialect.countsWithoutLots:
		return l, stockRejected("the product %d of Odoo is tracked by lots or serial numbers, so a quantity without one cannot be set", "Count it in Odoo, or switch its tracking off there (Inventory, Traceability).", l.id)
	case !s.warehouse.mayCount:
		return l, s.mayNotCount()
	case count.IsNegative() && !target.IsNegative():
		return l, stockRejected("the stock of the product %d cannot become %s by counting the main location of the warehouse %q: more than that lies in its other locations, in lots, in packages or with owners", "Count those in Odoo.", l.id, target, s.warehouse.code)
	}
	l.variant, l.place, l.count = v.id, s.warehouse.main, count
	return l, nil
}

func stockRejected(message, remedy string, args ...any) error {
	return &pipeline.Error{Code: pipeline.CodeStockRejected, Message: fmt.Sprintf(message, args...), Remedy: remedy}
}

func stockMoved(id int64, from, to decimal.Decimal) error {
	return &pipeline.Error{
		Code: pipeline.CodeStale, Class: pipeline.Stale, Message: fmt.Sprintf("the stock of the product %d in Odoo moved from %s to %s meanwhile", id, from, to),
	}
}

func (s *session) mayNotCount() error {
	return &pipeline.Error{
		Code: pipeline.CodeAccessDenied, Class: pipeline.Auth,
		Message: fmt.Sprintf("the user %q may not make inventory adjustments in Odoo", s.user),
		Remedy:  "Give it the group Inventory / Administrator in Odoo, or take the stock block out of the source.",
	}
}

// unmoved looks again at lines that set the stock, right before they are sent: those whose stock moved since
// they were decided upon are left to the next cycle.
func (w *writer) unmoved(ctx context.Context, lines []line, before map[int64]*variants) []line {
	products := map[int64]*variants{}
	for _, l := range lines {
		if l.counts() {
			products[l.id] = before[l.id]
		}
	}
	if len(products) == 0 || w.stopped != nil {
		return lines
	}
	now, err := w.stockOf(ctx, w.s, products)
	if err != nil {
		w.stopped = err
		return lines
	}
	var rest []line
	for _, l := range lines {
		was, is := before[l.id].stock, now[l.id]
		if is == nil || was.same(is) {
			rest = append(rest, l)
			continue
		}
		w.fail(l, stockMoved(l.id, w.s.warehouse.quantity(was), w.s.warehouse.quantity(is)))
	}
	return rest
}

func (k *stock) same(other *stock) bool {
	return k.onHand.Equal(other.onHand) && k.reserved.Equal(other.reserved) && k.here.Equal(other.here)
}

// countAll sets quantities and nothing else, in one transaction.
func (w *writer) countAll(ctx context.Context, lines []line, flags flag) (ids []int64, blamed []int, err error) {
	quants := make([]any, len(lines))
	ids = make([]int64, len(lines))
	for i, l := range lines {
		amount, _ := l.count.Float64()
		quants[i] = map[string]any{"product_id": l.variant, "location_id": l.place, countColumn: amount}
		ids[i] = l.id
	}
	_, err = w.client.Call(ctx, rpc.Call{
		Operation: rpc.OpUpdate, Model: quantModel, Method: "create", Args: []any{quants}, Writes: true,
		Options: map[string]any{"context": w.s.context(flags | quiet | counting)},
	})
	if e := pipeline.AsError(err); e != nil && e.Code == pipeline.CodeRecordRejected {
		refused := *e
		refused.Code = pipeline.CodeStockRejected
		return nil, nil, &refused
	}
	return ids, nil, err
}

// countHeader names the columns by which load sets the stock. Below a product that exists they name the
// variant, below a new one they make it: see ownVariant.
func (l line) countHeader() []any {
	if l.template != 0 { // the line is the variant's own
		return []any{strings.TrimPrefix(placeColumn, variantPath), strings.TrimPrefix(amountColumn, variantPath)}
	}
	if l.variant != 0 {
		return []any{variantPath + ".id", placeColumn, amountColumn}
	}
	return []any{variantPath + "active", placeColumn, amountColumn}
}

func (l line) countCells() []any {
	if l.template != 0 {
		return []any{strconv.FormatInt(l.place, 10), l.count.String()}
	}
	variant := strconv.FormatInt(l.variant, 10)
	if active, ok := l.values["active"]; l.variant == 0 {
		variant = cell(pipeline.Bool(!ok || active.AsBool()))
	}
	return []any{variant, strconv.FormatInt(l.place, 10), l.count.String()}
}

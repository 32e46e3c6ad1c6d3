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

const (
	priceField = "list_price"
	taxesField = "taxes_id"
	taxModel   = "account.tax"
)

// What the sales price of a product stands for, to the other side.
const (
	pricesStored   = "stored" // what Odoo's field holds
	pricesIncluded = "tax_included"
	pricesExcluded = "tax_excluded"
)

// taxed tells whether fields hold a price that the product's own taxes are part of.
func (e *Endpoint) taxed(fields []string) bool {
	return e.settings.Prices != pricesStored && e.settings.Prices != "" && slices.Contains(fields, priceField)
}

// tax is one tax of Odoo.
type tax struct {
	name     string
	company  int64
	percent  decimal.Decimal
	included bool   // the product's price holds it already
	strange  string // why it cannot be computed; "" if it can
}

// levy is what the taxes of one product make of its price.
type levy struct {
	included, excluded decimal.Decimal // percent, of the price without tax
	err                error
}

// factors returns by what a price without tax is multiplied for the one that Odoo holds, and for the one with
// all taxes.
func (l levy) factors() (held, gross decimal.Decimal) {
	held = decimal.NewFromInt(1).Add(l.included.Shift(-2))
	return held, held.Add(l.excluded.Shift(-2))
}

// shown turns the price that Odoo holds into the one that the source shows.
func (l levy) shown(prices string, v pipeline.Value, digits int) pipeline.Value {
	held, gross := l.factors()
	if prices == pricesExcluded {
		return l.scaled(v, decimal.NewFromInt(1), held, digits)
	}
	return l.scaled(v, gross, held, digits)
}

// held is the opposite of shown. Where a step of the one price is smaller than a step of the other, some
// prices have no exact counterpart; what is read back is then the nearest.
func (l levy) held(prices string, v pipeline.Value, digits int) pipeline.Value {
	held, gross := l.factors()
	if prices == pricesExcluded {
		gross = decimal.NewFromInt(1)
	}
	return l.scaled(v, held, gross, digits)
}

func (l levy) scaled(v pipeline.Value, times, by decimal.Decimal, digits int) pipeline.Value {
	if v.Kind() != pipeline.KindNumber {
		return v
	}
	return pipeline.Number(v.AsNumber().Mul(times).DivRound(by, int32(digits)))
}

// levies returns what applies to each of the products, whose rows hold their taxes.
func (e *Endpoint) levies(ctx context.Context, s *session, rows []row) (map[int64]levy, error) {
	var all []any
	for _, r := range rows {
		for _, id := range idList(r[taxesField]) {
			if !slices.Contains(all, any(id)) {
				all = append(all, id)
			}
		}
	}
	known := map[int64]tax{}
	if len(all) > 0 {
		var err error
		if known, err = e.taxes(ctx, s, all); err != nil {
			return nil, err
		}
	}
	out := make(map[int64]levy, len(rows))
	for _, r := range rows {
		out[r.id()] = s.levy(idList(r[taxesField]), known)
	}
	return out, nil
}

// taxes reads taxes. Those of companies that the user cannot see are left out.
func (e *Endpoint) taxes(ctx context.Context, s *session, ids []any) (map[int64]tax, error) {
	fields := []string{"name", "amount", "amount_type", "price_include", "include_base_amount", "company_id"}
	rows, _, err := e.searchRead(ctx, s, rpc.OpRead, taxModel, domain{where("id", "in", ids)}, fields, window{})
	if err != nil {
		return nil, err
	}
	known := make(map[int64]tax, len(rows))
	for _, r := range rows {
		t := tax{name: r.text("name"), company: r.reference("company_id"), included: r.isTrue("price_include")}
		amount, err := plain(pipeline.Field{Type: pipeline.TypeNumber}, r["amount"])
		switch {
		case err != nil || amount.IsNull():
			t.strange = "it has no amount"
		case r.text("amount_type") != "percent":
			t.strange = "it is no percentage of the price"
		case r.isTrue("include_base_amount"):
			t.strange = "other taxes are computed on it"
		default:
			t.percent = amount.AsNumber()
		}
		known[r.id()] = t
	}
	return known, nil
}

// levy adds up the taxes of one product: those of the source's company, or where it has none those that it
// sees, which a branch has from its parent.
func (s *session) levy(ids []int64, known map[int64]tax) levy {
	var own, others []tax
	for _, id := range ids {
		t, ok := known[id]
		switch {
		case ok && t.company == s.home:
			own = append(own, t)
		case ok:
			others = append(others, t)
		}
	}
	if len(own) == 0 {
		own = others
	}
	var l levy
	for _, t := range own {
		switch {
		case t.strange != "":
			l.err = &pipeline.Error{
				Code:    pipeline.CodeMappingFailed,
				Message: fmt.Sprintf("the product's price cannot be computed with its tax %q: %s", t.name, t.strange),
				Remedy:  "Give the product a tax that is a percentage of its price, or map the price by an expression (`prices = \"stored\"`).",
			}
		case t.included:
			l.included = l.included.Add(t.percent)
		default:
			l.excluded = l.excluded.Add(t.percent)
		}
	}
	return l
}

// priced turns the prices of lines into those that Odoo holds, and returns the lines that have one. The
// others' errors go to fail. New products have the taxes that their company gives them.
func (e *Endpoint) priced(ctx context.Context, s *session, lines []line, fail func(line, error)) []line {
	if !e.taxed(fieldsOf(lines)) {
		return lines
	}
	levies, fresh, err := e.leviesOf(ctx, s, lines)
	var out []line
	for _, l := range lines {
		v, ok := l.values[priceField]
		if !ok {
			out = append(out, l)
			continue
		}
		of := fresh
		if l.id != 0 {
			of = levies[l.id]
		}
		switch {
		case err != nil:
			fail(l, unsent(err))
			continue
		case of.err != nil:
			fail(l, of.err)
			continue
		}
		l.values[priceField] = of.held(e.settings.Prices, v, s.schema.Fields[priceField].Digits)
		out = append(out, l)
	}
	return out
}

// price shows the price of a product with or without its taxes. A product whose taxes cannot be computed
// cannot be read.
func (p *product) price(s *session, prices string, l levy) {
	if l.err != nil {
		p.Record = pipeline.Record{Key: p.Key, Err: pipeline.AsError(l.err)}
		return
	}
	p.Fields[priceField] = l.shown(prices, p.Fields[priceField], s.schema.Fields[priceField].Digits)
}

// leviesOf returns what applies to the products of lines, and to new ones.
func (e *Endpoint) leviesOf(ctx context.Context, s *session, lines []line) (map[int64]levy, levy, error) {
	var ids []any
	var rows []row
	for _, l := range lines {
		if _, priced := l.values[priceField]; priced && l.id != 0 {
			ids = append(ids, l.id)
		}
	}
	if len(ids) > 0 {
		found, _, err := e.searchRead(ctx, s, rpc.OpRead, templateModel, domain{where("id", "in", ids)}, []string{taxesField}, window{})
		if err != nil {
			return nil, levy{}, err
		}
		rows = found
	}
	if len(ids) < len(lines) {
		a, err := e.client.Call(ctx, rpc.Call{
			Operation: rpc.OpRead, Model: templateModel, Method: "default_get", Args: []any{[]any{taxesField}},
			Options: map[string]any{"context": s.context(0)},
		})
		if err != nil {
			return nil, levy{}, err
		}
		usual, _ := a.Value.(map[string]any)
		rows = append(rows, row{"id": int64(0), taxesField: usual[taxesField]})
	}
	levies, err := e.levies(ctx, s, rows)
	return levies, levies[0], err
}

// idList reads a list of ids, or the commands that stand for one in the values of a new record.
func idList(v any) []int64 {
	list, _ := v.([]any)
	var ids []int64
	for _, entry := range list {
		switch x := entry.(type) {
		case int64:
			ids = append(ids, x)
		case []any:
			if len(x) == 3 && x[0] == int64(6) {
				ids = append(ids, idList(x[2])...)
			} else if len(x) >= 2 && x[0] == int64(4) {
				ids = append(ids, idList([]any{x[1]})...)
			}
		}
	}
	return ids
}

func (s *Settings) validatePrices(p *problems) {
	if choices := []string{"", pricesStored, pricesIncluded, pricesExcluded}; !slices.Contains(choices, s.Prices) {
		p.add("prices", "Unknown kind of price", "prices is "+strings.Join(choices[1:], ", ")+`: whether the sales price is carried as Odoo holds it, or with or without the product's own taxes.`)
	}
}

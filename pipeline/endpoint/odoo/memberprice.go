package odoo

import (
	"context"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// extrasFor returns the extras that give the lines, all of one template, their prices and leave all other
// variants at theirs.
func (c *combiner) extrasFor(template int64, price decimal.Decimal, lines []line) (map[int64]decimal.Decimal, bool) {
	f := c.families[template]
	if f == nil {
		return nil, false
	}
	lineOf := map[int64]int64{}
	for id, v := range f.values {
		lineOf[id] = v.line
	}
	now := func(values []int64) decimal.Decimal {
		sum := price
		for _, id := range values {
			sum = sum.Add(f.values[id].extra)
		}
		return sum
	}
	var all []priced
	written := map[int64]bool{}
	for _, l := range lines {
		values := l.combination
		if v := c.known[template]; values == nil && v != nil {
			for _, m := range v.members {
				if m.id == l.id {
					values = m.values
				}
			}
		}
		written[l.id] = true
		by := decimal.Zero
		if l.price != nil {
			by = l.price.Sub(now(values)).Round(2)
		}
		all = append(all, priced{values, by})
	}
	if v := c.known[template]; v != nil {
		for _, m := range v.members {
			if m.active && !m.fresh && !m.joined && len(m.values) > 0 && !written[m.id] {
				all = append(all, priced{values: m.values})
			}
		}
	}
	return extras(all, lineOf)
}

func unpriceable(l line) error {
	return rejected("Give the variants of this product prices that differ by their attributes alone (each size or colour adds the same amount), or make this one a product of its own.",
		"its price %s cannot be told as the price of template %d and extras of its attributes, while the other variants keep theirs", l.price, l.template)
}

// set notes what the extras of a template have become.
func (f *family) set(by map[int64]decimal.Decimal) {
	for id, d := range by {
		v := f.values[id]
		v.extra = v.extra.Add(d)
		f.values[id] = v
	}
}

// byTemplate groups lines.
func byTemplate(lines []line) map[int64][]line {
	groups := map[int64][]line{}
	for _, l := range lines {
		groups[l.template] = append(groups[l.template], l)
	}
	return groups
}

// priceNew writes the extras that new variants need before they are made: no other variant's price moves. It
// returns those that can have their price.
func (w *writer) priceNew(ctx context.Context, c *combiner, lines []line) ([]line, error) {
	groups := byTemplate(lines)
	prices, err := c.prices(ctx, slices.Sorted(maps.Keys(groups)))
	if err != nil {
		return nil, err
	}
	var fit []line
	for _, template := range slices.Sorted(maps.Keys(groups)) {
		group := c.held(groups[template], w.fail)
		by, ok := c.extrasFor(template, prices[template], group)
		if !ok { // one after the other, as far as it goes
			var some []line
			for _, l := range group {
				if more, ok := c.extrasFor(template, prices[template], append(slices.Clone(some), l)); ok {
					some, by = append(some, l), more
				} else {
					w.fail(l, unpriceable(l))
				}
			}
			group = some
		}
		if err := c.writeExtras(ctx, template, by); err != nil {
			return nil, err
		}
		fit = append(fit, group...)
	}
	return fit, nil
}

// writeExtras adds to the extras of a template.
func (c *combiner) writeExtras(ctx context.Context, template int64, by map[int64]decimal.Decimal) error {
	if len(by) == 0 {
		return nil
	}
	f := c.families[template]
	f.set(by)
	same := map[string][]int64{}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		same[f.values[id].extra.String()] = append(same[f.values[id].extra.String()], id)
	}
	for _, amount := range slices.Sorted(maps.Keys(same)) {
		ids := same[amount]
		extra, _ := f.values[ids[0]].extra.Float64()
		_, err := c.client.Call(ctx, rpc.Call{
			Operation: rpc.OpUpdate, Model: templateValueModel, Method: "write", Args: []any{anyOf(ids), map[string]any{"price_extra": extra}}, Writes: true,
			Options: map[string]any{"context": c.s.context(quiet)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// writeMembers writes variants whose prices may change, all of a template in one transaction with the extras,
// so that none is ever half of what it was and half of what it is to be. Where that fails they are written one by
// one.
func (w *writer) writeMembers(ctx context.Context, c *combiner, lines []line) {
	groups := byTemplate(lines)
	if len(groups) == 0 {
		return
	}
	prices, err := c.prices(ctx, slices.Sorted(maps.Keys(groups)))
	if err != nil {
		w.failAll(lines, err)
		return
	}
	for _, template := range slices.Sorted(maps.Keys(groups)) {
		group := c.held(groups[template], w.fail)
		if len(group) == 0 {
			continue
		}
		if err := w.writeFamily(ctx, c, template, prices[template], group); err == nil {
			continue
		} else if len(group) == 1 || pipeline.ClassOf(err) != pipeline.Permanent {
			w.failAll(group, w.judged(ctx, err))
			continue
		}
		for _, l := range group {
			if err := w.writeFamily(ctx, c, template, prices[template], []line{l}); err != nil {
				w.fail(l, w.duplicate(ctx, l, pipeline.AsError(w.judged(ctx, err))))
			}
		}
	}
}

// writeFamily writes variants of a template in one transaction.
func (w *writer) writeFamily(ctx context.Context, c *combiner, template int64, price decimal.Decimal, lines []line) error {
	by, ok := c.extrasFor(template, price, lines)
	if !ok {
		return unpriceable(lines[0])
	}
	flags := quiet | archivedToo
	var commands []any
	for i, l := range lines {
		values := l.without().arguments()
		if l.counts() {
			flags |= counting
			amount, _ := l.count.Float64()
			values["stock_quant_ids"] = []any{[]any{int64(0), int64(0), map[string]any{"location_id": l.place, countColumn: amount}}}
		}
		if i == 0 && len(by) > 0 {
			told, _ := values[attributesField].([]any)
			for _, id := range slices.Sorted(maps.Keys(by)) {
				extra, _ := c.families[template].values[id].extra.Add(by[id]).Float64()
				told = append(told, []any{int64(1), id, map[string]any{"price_extra": extra}})
			}
			values[attributesField] = told
		}
		if len(values) > 0 {
			commands = append(commands, []any{int64(1), l.id, values})
		}
		w.out[l.index] = outcome{id: l.id}
	}
	if len(commands) == 0 {
		return nil
	}
	_, err := w.client.Call(ctx, rpc.Call{
		Operation: rpc.OpUpdate, Model: templateModel, Method: "write", Writes: true,
		Args:    []any{[]any{template}, map[string]any{"product_variant_ids": commands}},
		Options: map[string]any{"context": w.s.context(flags)},
	})
	if err == nil && c.families[template] != nil {
		c.families[template].set(by)
	}
	return err
}

// prices returns what the templates cost.
func (c *combiner) prices(ctx context.Context, templates []int64) (map[int64]decimal.Decimal, error) {
	fields := []string{priceField}
	taxed := c.taxed(fields)
	if taxed {
		fields = append(fields, taxesField)
	}
	rows, _, err := c.searchRead(ctx, c.s, rpc.OpRead, templateModel, domain{where("id", "in", anyOf(templates))}, fields, window{order: "id"})
	if err != nil {
		return nil, err
	}
	if taxed {
		if c.levies, err = c.Endpoint.levies(ctx, c.s, rows); err != nil {
			return nil, err
		}
	}
	prices := map[int64]decimal.Decimal{}
	for _, r := range rows {
		prices[r.id()] = r.number(priceField)
	}
	return prices, nil
}

// held turns the prices of lines into those that Odoo holds, and returns the lines that have one.
func (c *combiner) held(lines []line, fail func(line, error)) []line {
	if c.levies == nil {
		return lines
	}
	var out []line
	for _, l := range lines {
		if l.price != nil {
			levy := c.levies[l.template]
			if levy.err != nil {
				fail(l, levy.err)
				continue
			}
			price := levy.held(c.settings.Prices, pipeline.Number(*l.price), c.s.schema.Fields[priceField].Digits).AsNumber()
			l.price = &price
		}
		out = append(out, l)
	}
	return out
}

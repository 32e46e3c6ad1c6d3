package odoo

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// changesPage is how many ids and dates are read at once.
const changesPage = 2000

// Changes implements pipeline.Endpoint: ids and dates, without the records. A poll that finds nothing is
// one request, and one more where categories are mapped, however many products there are.
func (e *Endpoint) Changes(ctx context.Context, from string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	was, ok := parseCursor(from)
	if !ok {
		return e.List(ctx, fields, yield)
	}
	s, err := e.session(ctx)
	if err != nil {
		return "", err
	}
	if err := s.checkFields(fields); err != nil {
		return "", err
	}
	e.forgetTree()
	poll := &poll{Endpoint: e, s: s, stocked: s.stocked(fields), yield: yield}
	since := was.since.Format(dateTime)
	watched := s.dialect.watched(fields)
	if watched[watchVariants] {
		err = poll.variantsSince(ctx, since)
	} else {
		err = poll.templatesSince(ctx, since)
	}
	if err != nil {
		return "", err
	}
	if poll.stocked {
		if err := poll.stockSince(ctx, since); err != nil {
			return "", err
		}
	}
	next := cursor{since: poll.since}
	if watched[watchCategories] {
		if next.categories, err = poll.categoriesSince(ctx, was, next.since); err != nil {
			return "", err
		}
	}
	return next.String(), nil
}

// poll is one call of Changes.
type poll struct {
	*Endpoint
	s       *session
	stocked bool // the stock is part of the stamps
	yield   func([]pipeline.Change) error
	since   time.Time // of the next poll
}

// pages reads the rows that match page by page, upwards by id, so that none is skipped.
func (p *poll) pages(ctx context.Context, model string, d domain, fields []string, take func([]row) error) error {
	for last := int64(0); ; {
		page := append(domain{"&", where("id", ">", last)}, d...)
		rows, a, err := p.searchRead(ctx, p.s, rpc.OpSearch, model, page, fields, window{order: "id", limit: changesPage})
		if err != nil {
			return err
		}
		if p.since.IsZero() {
			p.since = p.Endpoint.since(a)
		}
		if len(rows) > 0 {
			if err := take(rows); err != nil {
				return err
			}
		}
		if len(rows) < changesPage {
			return nil
		}
		last = rows[len(rows)-1].id()
	}
}

// variantsSince yields the products whose variant's date moved. Templates without a variant take no part.
func (p *poll) variantsSince(ctx context.Context, since string) error {
	return p.pages(ctx, variantModel, domain{where("write_date", ">=", since)}, []string{"product_tmpl_id", "write_date"}, func(rows []row) error {
		if p.stocked || p.deps.Variants {
			return p.takeProducts(ctx, templatesOf(rows))
		}
		var changes []pipeline.Change
		at := map[pipeline.Key]int{}
		for _, r := range rows {
			key, stamp := keyOf(r.reference("product_tmpl_id")), r.text("write_date")
			if i, ok := at[key]; ok {
				changes[i].Stamp = max(changes[i].Stamp, stamp)
				continue
			}
			at[key] = len(changes)
			changes = append(changes, pipeline.Change{Key: key, Stamp: stamp})
		}
		return p.yield(changes)
	})
}

// templatesSince yields the products whose template's or variant's date moved: before Odoo 18 either may
// move alone.
func (p *poll) templatesSince(ctx context.Context, since string) error {
	moved := domain{"|", where("write_date", ">=", since), where("product_variant_ids.write_date", ">=", since)}
	return p.pages(ctx, templateModel, moved, []string{"write_date"}, p.takeTemplates(ctx))
}

// takeTemplates yields templates of which the date is known, with their stamps.
func (p *poll) takeTemplates(ctx context.Context) func([]row) error {
	return func(rows []row) error { return p.takeRows(ctx, rows) }
}

func (p *poll) takeRows(ctx context.Context, rows []row) error {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.id()
	}
	known, _, err := p.variantsOf(ctx, p.s, ids, p.stocked)
	if err != nil {
		return err
	}
	families, err := p.families(ctx, p.s, ids, known)
	if err != nil {
		return err
	}
	children, owner, err := p.children(ctx, p.s, families, known, p.stocked)
	if err != nil {
		return err
	}
	dates := map[int64]string{}
	changes := make([]pipeline.Change, 0, len(rows)+len(children))
	for _, r := range rows {
		dates[r.id()] = r.text("write_date")
		changes = append(changes, pipeline.Change{Key: keyOf(r.id()), Stamp: p.s.stamp(r.text("write_date"), known[r.id()])})
	}
	for _, id := range slices.Sorted(maps.Keys(children)) {
		changes = append(changes, pipeline.Change{Key: memberKey(id), Stamp: p.s.stamp(dates[owner[id]], children[id])})
	}
	return p.yield(changes)
}

// takeProducts yields templates of which only the id is known, with their stamps.
func (p *poll) takeProducts(ctx context.Context, ids []int64) error {
	for some := range slices.Chunk(ids, changesPage) {
		rows, _, err := p.searchRead(ctx, p.s, rpc.OpSearch, templateModel, domain{where("id", "in", anyOf(some))}, []string{"write_date"}, window{order: "id"})
		if err != nil {
			return err
		}
		if err := p.takeRows(ctx, rows); err != nil {
			return err
		}
	}
	return nil
}

// templatesOf returns the templates that rows belong to, each once.
func templatesOf(rows []row) []int64 {
	var ids []int64
	for _, r := range rows {
		if id := r.reference("product_tmpl_id"); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// categoriesSince yields the products of categories that were renamed or moved, which moves no date of
// the products, and returns the categories that were dealt with: the next poll, which looks at the
// overlap again, leaves those out. The changes have no stamp, since it did not change. Into a new
// category products come by edits of their own.
func (p *poll) categoriesSince(ctx context.Context, was cursor, next time.Time) ([]categoryEdit, error) {
	d := domain{where("write_date", ">=", was.since.Format(dateTime))}
	rows, a, err := p.searchRead(ctx, p.s, rpc.OpCategory, categoryModel, d, []string{"create_date", "write_date"}, window{order: "id"})
	if err != nil {
		return nil, err
	}
	var handled []categoryEdit
	var moved []int64
	for _, r := range rows {
		c := categoryEdit{id: r.id(), date: r.text("write_date")}
		if c.date == r.text("create_date") {
			continue
		}
		if !slices.Contains(was.categories, c) {
			moved = append(moved, c.id)
		}
		if c.settled(a.Began) && c.date >= next.Format(dateTime) {
			handled = append(handled, c)
		}
	}
	if len(moved) == 0 {
		return handled, nil
	}
	inside := domain{where(categoryField, "child_of", anyOf(moved))}
	err = p.pages(ctx, templateModel, inside, []string{"id"}, func(rows []row) error {
		changes := make([]pipeline.Change, len(rows))
		for i, r := range rows {
			changes[i] = pipeline.Change{Key: keyOf(r.id())}
		}
		return p.yield(changes)
	})
	return handled, err
}

// stockSince yields the products whose stock in the warehouse moved, which moves no date of theirs. The move
// lines tell of quants that Odoo deleted since they fell to zero; direct edits of such quants leave no
// trace and belong to the full pass.
func (p *poll) stockSince(ctx context.Context, since string) error {
	view := p.s.warehouse.view
	moved := map[int64]bool{}
	note := func(rows []row) error {
		for _, r := range rows {
			moved[r.reference("product_id")] = true
		}
		return nil
	}
	quants := domain{where("write_date", ">=", since), where("location_id", "child_of", view)}
	if err := p.pages(ctx, quantModel, quants, []string{"product_id"}, note); err != nil {
		return err
	}
	lines := domain{
		where("state", "=", "done"), where("write_date", ">=", since),
		"|", where("location_id", "child_of", view), where("location_dest_id", "child_of", view),
	}
	if err := p.pages(ctx, moveLineModel, lines, []string{"product_id"}, note); err != nil {
		return err
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(moved)), changesPage) {
		rows, _, err := p.searchRead(ctx, p.s, rpc.OpSearch, variantModel, domain{where("id", "in", anyOf(some))}, []string{"product_tmpl_id"}, window{order: "id"})
		if err != nil {
			return err
		}
		if err := p.takeProducts(ctx, templatesOf(rows)); err != nil {
			return err
		}
	}
	return nil
}

package odoo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// variants is what is known of the variants of one template.
type variants struct {
	id int64 // the one that makes the product where counted is 1
	// counted are those that make the product: the active ones, or the archived ones where none is active.
	counted int
	// archived: none is active, so the template's own fields show them only with archivedToo.
	archived bool
	newest   string // the latest write_date of all of them, "" where there is none
	edits    []edit
	members  []member // all of them, where variants are linked
	// Where the stock was asked for: what lies in the warehouse, and whether it can be counted.
	stock             *stock
	storable, tracked bool
}

// edit tells when a row was last written, and by whom.
type edit struct {
	model    string // "" is the template's or the variant's
	row, uid int64
	date     string
}

// variantsOf returns the variants of templates, with their stock if stocked; templates without one are
// not in it.
func (e *Endpoint) variantsOf(ctx context.Context, s *session, ids []int64, stocked bool) (map[int64]*variants, time.Time, error) {
	fields := []string{"product_tmpl_id", "active", "write_date", "write_uid"}
	if stocked {
		fields = append(fields, "tracking", s.dialect.storable)
	}
	if e.deps.Variants {
		fields = append(fields, attributesField, "default_code", "barcode")
	}
	rows, a, err := e.searchRead(ctx, s, rpc.OpRead, variantModel, domain{where("product_tmpl_id", "in", anyOf(ids))}, fields, window{order: "id"})
	if err != nil {
		return nil, time.Time{}, err
	}
	found := map[int64]*variants{}
	active := map[int64]int{}
	for _, r := range rows {
		id := r.reference("product_tmpl_id")
		v := found[id]
		if v == nil {
			v = &variants{}
			found[id] = v
		}
		if r.isTrue("active") {
			active[id]++
		}
		if v.id == 0 || r.isTrue("active") {
			v.id = r.id()
			v.storable, v.tracked = s.dialect.keepsStock(r), inLots(r.text("tracking"))
		}
		v.edits = append(v.edits, edit{row: r.id(), uid: r.reference("write_uid"), date: r.text("write_date")})
		v.newest = max(v.newest, r.text("write_date"))
		if e.deps.Variants {
			v.members = append(v.members, s.member(r))
		}
	}
	for id, v := range found {
		v.counted, v.archived = active[id], active[id] == 0
		if v.archived {
			v.counted = len(v.edits)
		}
	}
	if stocked {
		err = e.readStock(ctx, s, found)
	}
	return found, a.Began, err
}

// excluded says why a template, of that family or of none, takes no part, "" if it does.
func (e *Endpoint) excluded(v *variants, f *family) string {
	if f != nil {
		return ""
	}
	return v.excluded()
}

// excluded says why a template takes no part, "" if it does.
func (v *variants) excluded() string {
	switch {
	case v == nil:
		return "the template has no variant"
	case v.counted > 1:
		return fmt.Sprintf("the template has %d variants", v.counted)
	}
	return ""
}

// stamp returns the text that changes with the product: the dates that move when it is edited, and its
// stock, which moves without them.
func (s *session) stamp(templateDate string, v *variants) string {
	if v == nil {
		return templateDate
	}
	stamp := v.newest
	if !s.dialect.variantDateTells {
		stamp = templateDate + "/" + v.newest
	}
	if v.stock != nil {
		stamp += "/" + s.warehouse.quantity(v.stock).String()
	}
	return stamp
}

// untouched tells whether nobody but the user edited the rows since they were as in before: each row
// was last written by the user, or not at all. Where the variant's date moves with the template's, so
// does its last user.
func (v *variants) untouched(s *session, before *variants) bool {
	if v == nil {
		return before == nil
	}
	known := map[edit]bool{}
	if before != nil {
		for _, old := range before.edits {
			known[old] = true
		}
		if before.stock != nil {
			for _, old := range before.stock.edits {
				known[old] = true
			}
		}
	}
	foreign := func(now edit) bool { return now.uid != s.uid && !known[now] }
	return !slices.ContainsFunc(v.edits, foreign) && (v.stock == nil || !slices.ContainsFunc(v.stock.edits, foreign))
}

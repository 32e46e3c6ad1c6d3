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
	// counted are those that make the product: the active ones, or the archived ones where none is active.
	counted int
	// archived: none is active, so the template's own fields show them only with archivedToo.
	archived bool
	newest   string // the latest write_date of all of them, "" where there is none
	edits    []edit
}

// edit tells when a row was last written, and by whom.
type edit struct {
	row, uid int64
	date     string
}

// variantsOf returns the variants of templates; templates without one are not in it.
func (e *Endpoint) variantsOf(ctx context.Context, s *session, ids []int64) (map[int64]*variants, time.Time, error) {
	rows, a, err := e.searchRead(ctx, s, rpc.OpRead, variantModel, domain{where("product_tmpl_id", "in", anyOf(ids))},
		[]string{"product_tmpl_id", "active", "write_date", "write_uid"}, window{order: "id"})
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
		v.edits = append(v.edits, edit{row: r.id(), uid: r.reference("write_uid"), date: r.text("write_date")})
		v.newest = max(v.newest, r.text("write_date"))
	}
	for id, v := range found {
		v.counted, v.archived = active[id], active[id] == 0
		if v.archived {
			v.counted = len(v.edits)
		}
	}
	return found, a.Began, nil
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

// stamp returns the text that changes with the product: the dates that move when it is edited.
func (s *session) stamp(templateDate string, v *variants) string {
	switch {
	case v == nil:
		return templateDate
	case s.dialect.variantDateTells:
		return v.newest
	}
	return templateDate + "/" + v.newest
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
	}
	return !slices.ContainsFunc(v.edits, func(now edit) bool { return now.uid != s.uid && !known[now] })
}

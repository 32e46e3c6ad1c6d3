package productsmanager

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/paging"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// pageSize is the largest page that PM gives.
const pageSize = 100

// listing is one list being read.
type listing struct {
	*endpoint
	order order
	// since, if it is set, lists what changed from there on, in the place of all.
	since *time.Time
	began time.Time // PM's clock before the first row was read
	start time.Time // and before the page at hand was

	keyless int // rows that could not be handed on
}

// fetch gets one page.
func (l *listing) fetch(ctx context.Context, page, size int) (wire.Page, error) {
	answer, err := l.client.Do(ctx, l.request(page, size))
	if err != nil {
		return wire.Page{}, err
	}
	got, err := wire.ReadList(answer.JSON)
	if err != nil {
		return wire.Page{}, l.client.Unknown(client.List, err)
	}
	if answer.Start.IsZero() {
		return wire.Page{}, &pipeline.Error{
			Code: pipeline.CodeBadAnswer, Class: pipeline.Permanent,
			Message: fmt.Sprintf("the answers of %s do not tell the time", l.client.Host()),
			Remedy:  "A proxy takes the Date header away; let it pass, because cursors are times of the server's clock.",
		}
	}
	if l.began.IsZero() {
		l.began = answer.Start
	}
	l.start = answer.Start
	if got.Total >= 0 && l.since == nil {
		l.total.Store(int64(got.Total))
	}
	return got, nil
}

func (l *listing) request(page, size int) client.Request {
	if f, ok := l.surface.(feeder); ok && l.since != nil {
		return f.since(*l.since, page, size)
	}
	return l.surface.list(l.order, page, size)
}

// identify returns the id of a row. Where products are called by their EAN, one without is a row like any
// other, but none that can be handed on.
func (l *listing) identify(row paging.Row) (string, error) {
	id := string(l.surface.key(row))
	switch {
	case id != "":
	case l.surface.can().byEAN:
		return "\x00" + fmt.Sprint(row), nil
	default:
		return "", l.client.Unknown(client.List, errors.New("a product without an id: "+wire.Shape(row)))
	}
	return id, nil
}

// cursor is where the next poll begins.
func (l *listing) cursor() string {
	return l.began.Add(-l.settings.Overlap).UTC().Truncate(time.Second).Format(time.RFC3339)
}

// changes turns rows into changes. A deleted product that PM still shows becomes a tombstone; one without a
// key is left out.
func (l *listing) changes(rows []paging.Row, paths []product.Path) []pipeline.Change {
	changes := make([]pipeline.Change, 0, len(rows))
	for _, row := range rows {
		key := l.surface.key(row)
		if key == "" {
			l.keyless++
			continue
		}
		p, stale := l.wrote.correct(key, row)
		start := l.start
		if stale {
			start = time.Time{} // whatever happened since is not seen yet: not settled
		}
		switch {
		case p == nil || p.Trashed():
			changes = append(changes, pipeline.Change{Key: key, Gone: true})
		case p.HoldsAll(paths):
			changes = append(changes, pipeline.Change{Key: key, Stamp: p.Stamp(), Record: l.record(p, paths, start)})
		default:
			changes = append(changes, pipeline.Change{Key: key, Stamp: p.Stamp()})
		}
	}
	return changes
}

// List reads all products in the order of their creation, in which new ones come last. A list that leaves
// inactive ones out is followed by that of all changes, which may have them: whoever misses a linked one
// all the same fetches it (Invariant 5).
func (e *endpoint) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	paths, err := product.ParsePaths(e.schema, fields)
	if err != nil {
		return "", err
	}
	l := &listing{endpoint: e, order: oldestFirst}
	if err := l.readAll(ctx, paths, yield); err != nil {
		return "", err
	}
	if l.keyless > 0 {
		e.log.Warn("products without an EAN are left out: this API of Products Manager calls products by their EAN", "products", l.keyless)
	}
	return l.cursor(), nil
}

// readAll yields all living products, each once.
func (l *listing) readAll(ctx context.Context, paths []product.Path, yield func([]pipeline.Change) error) error {
	_, feeds := l.surface.(feeder)
	given := map[pipeline.Key]bool{} // where the products come from two lists
	list := paging.List{
		Size: pageSize, Fetch: l.fetch, Complete: true,
		Mark: l.identify,
		Sort: func(row paging.Row) string { s, _ := row["created_at"].(string); return s },
		Visit: func(fresh []paging.Row) error {
			living := slices.DeleteFunc(l.changes(fresh, paths), func(c pipeline.Change) bool { return c.Gone || given[c.Key] })
			if feeds {
				for _, c := range living {
					given[c.Key] = true
				}
			}
			if len(living) == 0 {
				return nil
			}
			return yield(living)
		},
	}
	if err := paging.Read(ctx, list); err != nil || !feeds {
		return err
	}
	l.since, l.keyless = &time.Time{}, 0
	return paging.Read(ctx, list)
}

// Changes reads the products from the last change on back to the cursor. The second of the cursor
// itself is read too: in whole seconds, what came before and after it look the same.
//
// A product that changes while the list is read moves to its head, behind the reader; the next poll sees
// it, as it begins before this one did. One that is deleted pulls the rest up: see package paging.
func (e *endpoint) Changes(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	_, feeds := e.surface.(feeder)
	if !feeds && !e.surface.can().sorts {
		return e.List(ctx, fields, yield)
	}
	paths, err := product.ParsePaths(e.schema, fields)
	if err != nil {
		return "", err
	}
	since, err := parseCursor(cursor)
	if err != nil {
		return "", err
	}
	if feeds {
		return e.feed(ctx, since, paths, yield)
	}
	l := &listing{endpoint: e, order: lastChanged}
	sorted := true
	err = paging.Read(ctx, paging.List{
		Size: pageSize, Fetch: l.fetch,
		Mark: func(row paging.Row) (string, error) {
			id, err := l.identify(row)
			return id + "\x00" + product.Product(row).Stamp(), err
		},
		Sort: func(row paging.Row) string { return product.Product(row).Stamp() },
		Visit: func(fresh []paging.Row) error {
			changed := make([]paging.Row, 0, len(fresh))
			for _, row := range fresh {
				if !older(row, since) {
					changed = append(changed, row)
				}
			}
			if len(changed) == 0 {
				return nil
			}
			changes := l.changes(changed, paths)
			if len(changes) == 0 {
				return nil
			}
			return yield(changes)
		},
		Enough: func(all []paging.Row) bool {
			if sorted && !latestFirst(all) {
				sorted = false
				e.log.Warn("Products Manager does not sort its list by the last change; each poll reads all of it")
			}
			return sorted && older(all[len(all)-1], since)
		},
	})
	if err != nil {
		return "", err
	}
	return l.cursor(), nil
}

// feed reads the list of what changed since a time. It begins a second earlier, as PM does not say whether
// the time itself is in it.
func (e *endpoint) feed(ctx context.Context, since time.Time, paths []product.Path, yield func([]pipeline.Change) error) (string, error) {
	since = since.Add(-time.Second)
	l := &listing{endpoint: e, since: &since}
	err := paging.Read(ctx, paging.List{
		Size: pageSize, Fetch: l.fetch, Complete: true,
		Mark: func(row paging.Row) (string, error) {
			id, err := l.identify(row)
			return id + "\x00" + product.Product(row).Stamp(), err
		},
		Sort: func(row paging.Row) string { s, _ := row["created_at"].(string); return s },
		Visit: func(fresh []paging.Row) error {
			changes := l.changes(fresh, paths)
			if len(changes) == 0 {
				return nil
			}
			return yield(changes)
		},
	})
	if err != nil {
		return "", err
	}
	return l.cursor(), nil
}

func parseCursor(cursor string) (time.Time, error) {
	if cursor == "" {
		return time.Time{}, nil
	}
	since, err := time.Parse(time.RFC3339, cursor)
	if err != nil {
		return time.Time{}, &pipeline.Error{
			Code: pipeline.CodeInternal, Message: fmt.Sprintf("%q is no cursor of Products Manager", cursor),
			Remedy: "Run a full pass: `tandem sync --full`.", Cause: err,
		}
	}
	return since.Truncate(time.Second), nil
}

// older tells whether a row changed before since; one that does not say when did not.
func older(row paging.Row, since time.Time) bool {
	updated := product.Product(row).Updated()
	return !updated.IsZero() && updated.Before(since)
}

func latestFirst(rows []paging.Row) bool {
	var last time.Time
	for _, row := range rows {
		updated := product.Product(row).Updated()
		if !last.IsZero() && updated.After(last) {
			return false
		}
		if !updated.IsZero() {
			last = updated
		}
	}
	return true
}

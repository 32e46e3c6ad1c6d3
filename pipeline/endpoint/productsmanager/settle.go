package productsmanager

import (
	"context"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/paging"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// settleMargin is how much earlier than its intent a product may seem to be made: what is unsure of the
// clocks, and the whole second of created_at.
const settleMargin = 3 * time.Second

// Settle reads the products made since the oldest draft, newest first, and looks for the drafts' tokens
// in external_id. A server that does not keep external_id shows none: there a product made since, that
// agrees in every match field, is the draft's.
func (e *endpoint) Settle(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	s := newSettling(e, drafts)
	if len(drafts) == 0 {
		return s.found, nil
	}
	if e.surface.can().byEAN {
		return s.byEAN(ctx)
	}
	l := &listing{endpoint: e, order: newestFirst}
	err := paging.Read(ctx, paging.List{
		Size: pageSize, Mark: l.identify,
		Fetch: func(ctx context.Context, page, size int) (wire.Page, error) {
			got, err := l.fetch(ctx, page, size)
			s.setTimes() // now PM's clock is known
			return got, err
		},
		Sort: func(row paging.Row) string { t, _ := row["created_at"].(string); return t },
		Visit: func(fresh []paging.Row) error {
			for _, row := range fresh {
				if err := s.look(ctx, row); err != nil {
					return err
				}
			}
			return nil
		},
		Enough: func(all []paging.Row) bool {
			if !slices.Contains(s.found, "") {
				return true
			}
			made := product.Product(all[len(all)-1]).Created()
			return !made.IsZero() && made.Before(s.oldest)
		},
	})
	if err != nil {
		return nil, err
	}
	s.takeLookalikes()
	return s.found, nil
}

// byEAN looks at the product of each draft's EAN: nothing else can be the draft's.
func (s *settling) byEAN(ctx context.Context) ([]pipeline.Key, error) {
	if err := s.alive(ctx); err != nil { // also tells PM's clock
		return nil, err
	}
	s.setTimes()
	for _, d := range s.drafts {
		ean := d.Fields["ean"].String()
		if ean == "" {
			continue // never sent
		}
		read, err := s.read(ctx, pipeline.Key(product.NormalEAN(ean)))
		switch {
		case isGone(err), err == nil && read.product == nil:
			continue
		case err != nil:
			return nil, err
		}
		if made := read.product.Created(); made.IsZero() || !made.Before(s.oldest) {
			s.compare(read.product)
		}
	}
	s.takeLookalikes()
	return s.found, nil
}

// settling is one search for drafts.
type settling struct {
	*endpoint
	drafts []pipeline.Draft
	since  []time.Time // per draft: PM's clock before it can have been made
	oldest time.Time
	byID   map[string]int // external_id → draft
	match  [][]product.Path
	found  []pipeline.Key
	alike  []pipeline.Key // per draft: a product without external_id that agrees in the match fields
}

func newSettling(e *endpoint, drafts []pipeline.Draft) *settling {
	s := &settling{
		endpoint: e, drafts: drafts, byID: map[string]int{}, since: make([]time.Time, len(drafts)),
		match: make([][]product.Path, len(drafts)), found: make([]pipeline.Key, len(drafts)), alike: make([]pipeline.Key, len(drafts)),
	}
	for i, d := range drafts {
		s.byID[tokenPrefix+d.Token] = i
		s.match[i], _ = product.ParsePaths(e.schema, d.Match) // a field that cannot be is in no draft
	}
	return s
}

// setTimes turns the times of the intents into PM's.
func (s *settling) setTimes() {
	for i, d := range s.drafts {
		if !d.Since.IsZero() {
			s.since[i] = s.client.Server(d.Since).Add(-settleMargin).Truncate(time.Second)
		}
		if i == 0 || s.since[i].Before(s.oldest) {
			s.oldest = s.since[i]
		}
	}
}

// look compares one product of the list with the drafts. A row that does not say all is read whole, if
// it may be one of them.
func (s *settling) look(ctx context.Context, row product.Product) error {
	if made := row.Created(); !made.IsZero() && made.Before(s.oldest) {
		return nil
	}
	_, known := row.ExternalID()
	if !known && !s.mayBe(row) {
		return nil
	}
	if !known {
		read, err := s.read(ctx, s.surface.key(row))
		if isGone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		row = read.product
	}
	if row != nil {
		s.compare(row)
	}
	return nil
}

// compare looks which draft a whole product is.
func (s *settling) compare(p product.Product) {
	key, made := s.surface.key(p), p.Created()
	id, _ := p.ExternalID()
	if i, ok := s.byID[id]; ok {
		s.found[i] = key
		s.recognised.Store(key, true)
		return
	}
	if id != "" {
		return // somebody else's
	}
	for i := range s.drafts {
		if s.alike[i] == "" && (made.IsZero() || !made.Before(s.since[i])) && s.agrees(i, p) {
			s.alike[i] = key
			return
		}
	}
}

// mayBe tells whether a row without external_id agrees with a draft as far as it says anything.
func (s *settling) mayBe(row product.Product) bool {
	for i := range s.drafts {
		if s.found[i] != "" {
			continue
		}
		differs := false
		for _, path := range s.match[i] {
			differs = differs || (row.Holds(path) && !s.same(i, path, row))
		}
		if !differs {
			return true
		}
	}
	return false
}

// agrees tells whether a whole product holds every match field of a draft, at least one.
func (s *settling) agrees(i int, p product.Product) bool {
	compared := false
	for _, path := range s.match[i] {
		if !s.same(i, path, p) {
			return false
		}
		compared = compared || !p.Get(path).IsNull()
	}
	return compared
}

func (s *settling) same(i int, path product.Path, p product.Product) bool {
	want, got := s.drafts[i].Fields[path.String()], p.Get(path)
	if path.Root() == "ean" {
		return sameEAN(want.String(), got.String())
	}
	f, _ := s.schema.Lookup(path.String())
	canonical, err := f.Canonical(want)
	return err == nil && canonical.Equal(got)
}

// takeLookalikes settles by match fields what no token settled, each product once.
func (s *settling) takeLookalikes() {
	for i, key := range s.alike {
		if s.found[i] == "" && key != "" && !slices.Contains(s.found, key) {
			s.found[i] = key
		}
	}
}

// Recognised implements pipeline.Recogniser.
func (e *endpoint) Recognised(key pipeline.Key) bool {
	_, ok := e.recognised.Load(key)
	return ok
}

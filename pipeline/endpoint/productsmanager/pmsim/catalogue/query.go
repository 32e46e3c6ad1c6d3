package catalogue

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Query selects and orders live products. The zero Query is all of them by creation.
type Query struct {
	Search             string // in title, sku, ean and brand, without regard to case
	Brand, Category    string // exact
	CategoryID         string
	Status             string
	PriceMin, PriceMax *float64
	Active             bool      // leave out those that are not
	Since              time.Time // of updated_at, at the earliest
	SortBy             string    // created_at (default), updated_at, or a field
	Descending         bool
	Offset, Limit      int
}

// List returns one page of the products and how many there are in all. The products' fields are shared:
// they must not be modified.
func (s *Store) List(q Query) (page []Product, total int) {
	s.mu.RLock()
	rows := s.visible(q.SortBy)
	if !q.filters() && (q.SortBy == "" || q.SortBy == "created_at" || q.SortBy == "updated_at") {
		defer s.mu.RUnlock()
		return q.cut(rows), len(rows)
	}
	if q.CategoryID != "" {
		category, known := s.categories[q.CategoryID]
		if !known {
			rows = nil
		}
		q.Category = category.Path
	}
	rows = slices.Clone(rows) // what follows takes a while: writers need not wait for it
	s.mu.RUnlock()
	q.Search = strings.ToLower(q.Search)
	rows = slices.DeleteFunc(rows, func(r *row) bool { return !q.selects(r, s) })
	q.sort(rows)
	return q.cut(rows), len(rows)
}

func (q Query) filters() bool {
	return q.Search != "" || q.Brand != "" || q.Category != "" || q.CategoryID != "" || q.Status != "" ||
		q.PriceMin != nil || q.PriceMax != nil || q.Active || !q.Since.IsZero()
}

// selects tells whether a row passes the filters; Search is in lower case.
func (q Query) selects(r *row, s *Store) bool {
	price := func() float64 { return float(r.Fields["price"]) }
	return (q.Search == "" || strings.Contains(r.search, q.Search)) &&
		(q.Brand == "" || r.Text("brand") == q.Brand) &&
		(q.Category == "" || s.samePath(r.Text("category"), q.Category)) &&
		(q.Status == "" || r.Text("status") == q.Status) &&
		(!q.Active || r.Fields["is_active"] != false) &&
		!r.UpdatedAt.Before(q.Since) &&
		(q.PriceMin == nil || price() >= *q.PriceMin) &&
		(q.PriceMax == nil || price() <= *q.PriceMax)
}

// sort orders rows that are in the order of creation or update; those two are left alone.
func (q Query) sort(rows []*row) {
	switch q.SortBy {
	case "", "created_at", "updated_at":
	case "price", "stock_quantity":
		slices.SortStableFunc(rows, func(a, b *row) int {
			return cmp.Compare(float(a.Fields[q.SortBy]), float(b.Fields[q.SortBy]))
		})
	default:
		slices.SortStableFunc(rows, func(a, b *row) int {
			return cmp.Compare(a.Text(q.SortBy), b.Text(q.SortBy))
		})
	}
}

func (q Query) cut(rows []*row) []Product {
	from := min(q.Offset, len(rows))
	to := min(from+q.Limit, len(rows))
	page := make([]Product, 0, to-from)
	for i := from; i < to; i++ {
		r := rows[i]
		if q.Descending {
			r = rows[len(rows)-1-i]
		}
		page = append(page, r.Product)
	}
	return page
}

func float(v any) float64 {
	n, _ := v.(json.Number)
	f, _ := n.Float64() // absent is 0
	return f
}

// Read returns a live product as a client reads it, which may lag behind (Options.Stale). Its fields are
// shared: they must not be modified.
func (s *Store) Read(id string) (Product, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.rows[id]
	if before, hidden := s.hidden()[id]; hidden {
		r = before
	}
	if !r.live() {
		return Product{}, &NotFound{id}
	}
	return r.Product, nil
}

// Get returns a product as it is, in the trash or not.
func (s *Store) Get(id string) (Product, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.rows[id]
	if r == nil {
		return Product{}, false
	}
	return r.copied(), true
}

// Find returns the live products whose field has that text, in the order of creation.
func (s *Store) Find(field, text string) []Product {
	return s.collect(func(r *row) bool { return r.live() && r.Text(field) == text })
}

// Products returns all live products in the order of creation.
func (s *Store) Products() []Product { return s.collect((*row).live) }

// Trashed returns the products in the trash in the order of creation.
func (s *Store) Trashed() []Product { return s.collect(func(r *row) bool { return !r.live() }) }

// Len returns the number of live products.
func (s *Store) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.created.rows)
}

func (s *Store) collect(selects func(*row) bool) []Product {
	rows, _, _ := s.snapshot()
	var out []Product
	for _, r := range rows {
		if selects(r) {
			out = append(out, r.copied())
		}
	}
	return out
}

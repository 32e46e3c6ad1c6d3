package catalogue

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options says how a store behaves.
type Options struct {
	Now       func() time.Time
	Seed      uint64        // of the products' ids
	Precision time.Duration // of created_at and updated_at
	Stale     time.Duration // for so long after a write, reads give what was before it
	MaxTitle  int           // runes
	Separator string        // between two levels of a category's path
	File      string        // where it is kept; "" keeps it in memory
	// Changed, if set, is told of every version of a product, while the store is locked: it must not call it.
	Changed func(Change)
}

// Store holds the products and categories of one account. It is safe for concurrent use.
type Store struct {
	options Options
	disk    disk

	mu         sync.RWMutex
	ids        *rand.ChaCha8
	rows       map[string]*row     // by id, the trashed included
	eans       map[string]string   // id by EAN, the trashed included
	skus       map[string][]string // ids of live products by SKU, which nothing makes unique
	created    index
	updated    index
	seq        uint64
	version    uint64 // grows with every write
	categories map[string]Category
	recent     []past
}

// New returns a store, with what Options.File holds when it is there.
func New(o Options) (*Store, error) {
	var seed [32]byte
	for i := range 8 {
		seed[i] = byte(o.Seed >> (8 * i))
	}
	s := &Store{
		options:    o,
		ids:        rand.NewChaCha8(seed),
		rows:       map[string]*row{},
		eans:       map[string]string{},
		skus:       map[string][]string{},
		created:    index{time: createdAt},
		updated:    index{time: updatedAt},
		categories: map[string]Category{},
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

// Create makes a product. What the fields leave out gets the defaults of PM's model.
func (s *Store) Create(in Fields) (Product, error) {
	p, err := s.create(in)
	if err != nil {
		return Product{}, err
	}
	return p, s.keep()
}

func (s *Store) create(in Fields) (Product, error) {
	fields, err := s.accept(in)
	if err != nil {
		return Product{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.insert(Product{Fields: fields})
}

// insert publishes a new product; the caller holds the lock.
func (s *Store) insert(p Product) (Product, error) {
	if p.Text("title") == "" {
		return Product{}, invalid("title", "missing", "Field required")
	}
	if err := s.place(p.Fields, p.ID); err != nil {
		return Product{}, err
	}
	for name, value := range defaults() {
		if p.Fields[name] == nil {
			p.Fields[name] = value
		}
	}
	for p.ID == "" || s.rows[p.ID] != nil {
		p.ID = uuid.Must(uuid.NewRandomFromReader(s.ids)).String()
	}
	s.stamp(&p.CreatedAt)
	s.stamp(&p.UpdatedAt)
	s.seq++
	r := newRow(p, s.seq)
	s.publish(nil, r)
	return r.copied(), nil
}

// stamp sets a time that is not set to now, with the precision of the store.
func (s *Store) stamp(t *time.Time) {
	if t.IsZero() {
		*t = s.options.Now()
	}
	*t = t.UTC().Truncate(s.options.Precision)
}

// Edit changes the fields that are given and leaves the others; each field is replaced whole. The
// product's updated_at moves also when nothing changes.
func (s *Store) Edit(id string, in Fields) (Product, error) {
	p, err := s.edit(id, in, true)
	if err != nil {
		return Product{}, err
	}
	return p, s.keep()
}

// EditQuietly is Edit by a path that leaves updated_at alone, as those of stock and prices in tables of
// their own.
func (s *Store) EditQuietly(id string, in Fields) (Product, error) {
	p, err := s.edit(id, in, false)
	if err != nil {
		return Product{}, err
	}
	return p, s.keep()
}

func (s *Store) edit(id string, in Fields, touch bool) (Product, error) {
	fields, err := s.accept(in)
	if err != nil {
		return Product{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.rows[id]
	if !before.live() {
		return Product{}, &NotFound{id}
	}
	p := before.copied()
	maps.Copy(p.Fields, fields)
	if p.Text("title") == "" {
		return Product{}, invalid("title", "string_too_short", "String should have at least 1 character")
	}
	if err := s.place(fields, id); err != nil {
		return Product{}, err
	}
	if touch {
		p.UpdatedAt = time.Time{}
	}
	return s.replace(before, p), nil
}

// replace publishes a further version of a product, updated now if it does not say when.
func (s *Store) replace(before *row, p Product) Product {
	s.stamp(&p.UpdatedAt)
	after := newRow(p, before.seq)
	s.publish(before, after)
	return after.copied()
}

// Trash moves a product to the trash: it vanishes from every read, and its EAN stays taken.
func (s *Store) Trash(id string) error { return s.move(id, true) }

// Restore takes a product out of the trash.
func (s *Store) Restore(id string) error { return s.move(id, false) }

// move moves a product into the trash or out of it.
func (s *Store) move(id string, in bool) error {
	s.mu.Lock()
	before := s.rows[id]
	if before == nil || before.live() != in {
		s.mu.Unlock()
		return &NotFound{id}
	}
	p := before.copied()
	p.TrashedAt, p.UpdatedAt = time.Time{}, time.Time{}
	if in {
		s.stamp(&p.TrashedAt)
	}
	s.replace(before, p)
	s.mu.Unlock()
	return s.keep()
}

// Put stores products as they are given, replacing those of the same id whole: for sample data, and for
// tests that need certain ids or times. What has no id or no times gets them. It stops at the first
// product that breaks a rule.
func (s *Store) Put(products ...Product) error {
	for _, p := range products {
		if err := s.put(p); err != nil {
			return err
		}
	}
	return s.keep()
}

func (s *Store) put(p Product) error {
	fields, err := s.accept(p.Fields)
	if err != nil {
		return err
	}
	p.Fields = fields
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.rows[p.ID]
	if before == nil {
		_, err := s.insert(p)
		return err
	}
	if err := s.place(fields, p.ID); err != nil {
		return err
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = before.CreatedAt
	}
	s.stamp(&p.CreatedAt)
	s.stamp(&p.UpdatedAt)
	s.publish(before, newRow(p, before.seq))
	return nil
}

// place settles what a write needs of the rest of the store: its EAN must be free, its category is made.
// The caller holds the lock.
func (s *Store) place(fields Fields, id string) error {
	if ean, ok := fields["ean"].(string); ok {
		if holder, taken := s.eans[ean]; taken && holder != id {
			return &Duplicate{ean, holder}
		}
	}
	if path, ok := fields["category"].(string); ok {
		s.makeCategories(path)
	}
	return nil
}

// publish makes after the current version of its product; before is nil for a new one. The caller holds
// the lock and has checked everything.
func (s *Store) publish(before, after *row) {
	if before.live() {
		s.unlist(before)
	}
	if before != nil {
		delete(s.eans, before.Text("ean"))
	}
	if after.live() {
		s.list(after)
	}
	if ean := after.Text("ean"); ean != "" {
		s.eans[ean] = after.ID
	}
	s.rows[after.ID] = after
	s.version++
	s.remember(before, after)
	if s.options.Changed != nil {
		s.options.Changed(changeOf(before, after))
	}
}

// list enters a live row in what reads go by; unlist takes it out.
func (s *Store) list(r *row) {
	s.created.add(r)
	s.updated.add(r)
	if sku := r.Text("sku"); sku != "" {
		s.skus[sku] = append(s.skus[sku], r.ID)
	}
}

func (s *Store) unlist(r *row) {
	s.created.remove(r)
	s.updated.remove(r)
	sku := r.Text("sku")
	others := slices.DeleteFunc(s.skus[sku], func(id string) bool { return id == r.ID })
	if s.skus[sku] = others; len(others) == 0 {
		delete(s.skus, sku)
	}
}

// defaults are the values that PM's model gives to what a new product leaves out.
func defaults() Fields {
	return Fields{
		"status": "active", "is_active": true, "tax_rate": json.Number("20"), "stock_quantity": json.Number("0"),
		"images": []any{}, "attributes": map[string]any{},
	}
}

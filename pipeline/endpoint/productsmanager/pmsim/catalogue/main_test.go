package catalogue

import (
	"testing"
	"time"
)

// clock is a clock that tests set.
type clock struct{ now time.Time }

func newClock() *clock                   { return &clock{time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)} }
func (c *clock) Now() time.Time          { return c.now }
func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

func options(c *clock) Options {
	return Options{Now: c.Now, Precision: time.Second, MaxTitle: 255, Separator: " / "}
}

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func create(t testing.TB, s *Store, f Fields) Product {
	t.Helper()
	p, err := s.Create(f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ids(products []Product) []string {
	out := make([]string, len(products))
	for i, p := range products {
		out[i] = p.ID
	}
	return out
}

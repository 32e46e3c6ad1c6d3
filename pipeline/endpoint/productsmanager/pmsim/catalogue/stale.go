package catalogue

import (
	"slices"
	"time"
)

// past is what a row was before a write, for as long as reads lag behind it.
type past struct {
	at     time.Time
	id     string
	before *row // nil: there was none
}

// remember notes a write for the readers who are not to see it yet; the caller holds the lock.
func (s *Store) remember(before, after *row) {
	if s.options.Stale == 0 {
		return
	}
	now := s.options.Now()
	s.recent = slices.DeleteFunc(s.recent, func(p past) bool { return !s.lags(p, now) })
	s.recent = append(s.recent, past{now, after.ID, before})
}

func (s *Store) lags(p past, now time.Time) bool { return now.Sub(p.at) < s.options.Stale }

// hidden returns, by id, what readers still see of the products written a short while ago. The caller
// holds the lock.
func (s *Store) hidden() map[string]*row {
	if len(s.recent) == 0 {
		return nil
	}
	now := s.options.Now()
	old := map[string]*row{}
	for _, p := range s.recent {
		if _, known := old[p.id]; !known && s.lags(p, now) {
			old[p.id] = p.before
		}
	}
	return old
}

// visible returns the rows that lists show, by created_at or updated_at. The caller holds the lock for as
// long as it reads them.
func (s *Store) visible(sortBy string) []*row {
	x := &s.created
	if sortBy == "updated_at" {
		x = &s.updated
	}
	old := s.hidden()
	if len(old) == 0 {
		return x.rows
	}
	seen := index{time: x.time, rows: make([]*row, 0, len(x.rows)+len(old))}
	for _, r := range x.rows {
		if _, hidden := old[r.ID]; !hidden {
			seen.rows = append(seen.rows, r)
		}
	}
	for _, before := range old {
		if before.live() {
			seen.rows = append(seen.rows, before)
		}
	}
	slices.SortFunc(seen.rows, seen.compare)
	return seen.rows
}

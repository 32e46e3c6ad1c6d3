package odoosim

import (
	"maps"
	"sync"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Stats is what came over the wire. Edits made from inside, by a Session or a Tx, do not count.
type Stats struct {
	// Requests counts calls by "model.method"; of other services by "method".
	Requests map[string]int
	// Created, Written and Unlinked count the records that calls made, wrote or deleted, by model.
	// Calls that failed do not count.
	Created, Written, Unlinked map[string]int
}

// Total returns the number of requests.
func (s Stats) Total() int { return sum(s.Requests) }

// Changes returns how many records were made, written or deleted.
func (s Stats) Changes() int { return sum(s.Created) + sum(s.Written) + sum(s.Unlinked) }

func sum(counts map[string]int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}

type stats struct {
	mu    sync.Mutex
	count Stats
}

// Stats returns the counts since the beginning, or since ResetStats.
func (s *Server) Stats() Stats {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	c := s.stats.count
	return Stats{
		Requests: maps.Clone(c.Requests), Created: maps.Clone(c.Created),
		Written: maps.Clone(c.Written), Unlinked: maps.Clone(c.Unlinked),
	}
}

// ResetStats begins to count anew.
func (s *Server) ResetStats() { s.stats.reset() }

func (s *stats) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count = Stats{Requests: map[string]int{}, Created: map[string]int{}, Written: map[string]int{}, Unlinked: map[string]int{}}
}

func (s *stats) asked(model, method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if model != "" {
		method = model + "." + method
	}
	s.count.Requests[method]++
}

func (s *stats) wrote(t orm.Tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, pair := range []struct{ to, from map[string]int }{
		{s.count.Created, t.Created}, {s.count.Written, t.Written}, {s.count.Unlinked, t.Unlinked},
	} {
		for model, n := range pair.from {
			pair.to[model] += n
		}
	}
}

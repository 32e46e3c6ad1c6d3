package pmsim

import (
	"maps"
	"sync"
)

// Counts is what clients asked for since the start or the last ResetCounts. Edits through the store's own
// methods are not among them.
type Counts struct {
	// Requests by method and route below the base path, "GET /products/{id}"; failed ones included.
	Requests map[string]int
	// Products that were written, including those whose answer was lost.
	Created, Updated, Trashed int
}

// Writes returns how many products were written.
func (c Counts) Writes() int { return c.Created + c.Updated + c.Trashed }

// Total returns how many requests came.
func (c Counts) Total() int {
	n := 0
	for _, count := range c.Requests {
		n += count
	}
	return n
}

type counts struct {
	mu     sync.Mutex
	counts Counts
}

// Counts returns what clients asked for.
func (s *Server) Counts() Counts {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	c := s.counts.counts
	c.Requests = maps.Clone(c.Requests)
	return c
}

// ResetCounts starts the counting anew.
func (s *Server) ResetCounts() { s.counts.reset() }

func (c *counts) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts = Counts{Requests: map[string]int{}}
}

func (c *counts) request(route string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Requests[route]++
}

func (c *counts) writes(created, updated, trashed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Created += created
	c.counts.Updated += updated
	c.counts.Trashed += trashed
}

package memory

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// System is a product database in memory. It implements pipeline.Endpoint for Tandem and has the
// methods of shop.go for everybody else. All methods are safe for use from several goroutines.
type System struct {
	cfg Config

	mu     sync.Mutex
	last   int64          // the id given last
	commit int64          // counts commits
	rows   map[int64]*row // never changed, only replaced
	ids    []int64        // of rows, ascending
	graves []grave
	unique map[string]map[string]int64 // the holder of each value of each unique field
	tokens map[string]int64            // the record made with each token
	open   map[*Tx]bool                // transactions under way
	counts Counts
	images map[string][]byte // by reference; also former ones
}

var (
	_ pipeline.Endpoint    = (*System)(nil)
	_ pipeline.ImageReader = (*System)(nil)
)

// row is one record with its latest two versions.
type row struct {
	id      int64
	created time.Time
	token   string
	commit  int64 // the commit that made this version
	version
	before *version // nil for a record that never changed
}

type version struct {
	fields pipeline.Values
	stamp  time.Time
	family bool // it has or had variants: see Family
}

type grave struct {
	id    int64
	stamp time.Time
}

// New returns an empty system.
func New(cfg Config) *System {
	s := &System{
		cfg:    cfg.withDefaults(),
		rows:   map[int64]*row{},
		unique: map[string]map[string]int64{},
		tokens: map[string]int64{},
		open:   map[*Tx]bool{},
		images: map[string][]byte{},
		counts: Counts{Calls: map[string]int{}},
	}
	for _, name := range s.cfg.Unique {
		s.unique[name] = map[string]int64{}
	}
	return s
}

// Counts is what an endpoint was asked and what it wrote. What the shop does is not counted.
type Counts struct {
	Calls   map[string]int // by operation
	Created int            // records
	Updated int            // records; also those whose values did not change
	Removed int            // records archived or deleted
}

// Writes is the number of records written.
func (c Counts) Writes() int { return c.Created + c.Updated + c.Removed }

// Counts returns the counts since New or the last ResetCounts.
func (s *System) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Calls = maps.Clone(c.Calls)
	return c
}

// ResetCounts starts the counts anew; the n that Config.Fault is given starts anew with them.
func (s *System) ResetCounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = Counts{Calls: map[string]int{}}
}

// Snapshot returns all records with all their fields, by key. A write that changed nothing shows as
// another stamp.
func (s *System) Snapshot() []pipeline.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := make([]pipeline.Record, 0, len(s.ids))
	for _, id := range s.ids {
		r := s.rows[id]
		records = append(records, pipeline.Record{
			Key: key(id), Fields: maps.Clone(s.shown(id, r.version)), Modified: r.stamp, Stamp: s.stampText(r.stamp),
			Lacking: slices.Clone(s.lacks(r.version)),
		})
	}
	return records
}

func key(id int64) pipeline.Key { return pipeline.Key(strconv.FormatInt(id, 10)) }

// parseKey returns the id of a key, 0 (which no record has) for what is no key of this system.
func parseKey(k pipeline.Key) int64 {
	id, err := strconv.ParseInt(string(k), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// stamp returns what a write of this moment is stamped with. Writes take it with the lock held, so that
// a listing that begins later sees them.
func (s *System) stamp() time.Time { return s.cfg.Now().UTC().Truncate(s.cfg.Granularity) }

func (s *System) stampText(t time.Time) string { return t.Format(time.RFC3339Nano) }

// swap puts a row in the place of another; nil is none. It is the only place that changes the rows.
func (s *System) swap(id int64, from, to *row) {
	at, found := slices.BinarySearch(s.ids, id)
	switch {
	case to == nil && found:
		s.ids = slices.Delete(s.ids, at, at+1)
		delete(s.rows, id)
	case to != nil && !found:
		s.ids = slices.Insert(s.ids, at, id)
	}
	if from != nil {
		delete(s.tokens, from.token)
	}
	if to != nil {
		s.rows[id] = to
		if to.token != "" {
			s.tokens[to.token] = id
		}
	}
	for name, holders := range s.unique {
		if from != nil && holders[index(from.fields[name])] == id {
			delete(holders, index(from.fields[name]))
		}
		if to != nil && !to.fields[name].IsNull() {
			holders[index(to.fields[name])] = id
		}
	}
}

// index is a value as a map key: equal for equal values.
func index(v pipeline.Value) string {
	switch v.Kind() {
	case pipeline.KindNull:
		return ""
	case pipeline.KindText:
		return "text " + v.AsText()
	}
	return v.Kind().String() + " " + v.String()
}

package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Describe returns what the system is.
func (s *System) Describe(ctx context.Context) (pipeline.Description, error) {
	if _, err := s.start(ctx, OpDescribe); err != nil {
		return pipeline.Description{}, err
	}
	now := s.cfg.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	schema := s.cfg.Schema
	schema.Fields = maps.Clone(schema.Fields)
	return pipeline.Description{
		Identity: "memory:" + s.cfg.Name, Product: "Memory", Version: "1", User: "tandem",
		Schema: schema, BatchSize: s.cfg.BatchSize, Time: now, Records: len(s.ids),
	}, nil
}

// Close does nothing: the system outlives its connections.
func (s *System) Close() error { return nil }

// Fetch returns the records of those keys.
func (s *System) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	fault, err := s.start(ctx, OpFetch)
	if err == nil {
		err = s.checkBatch(OpFetch, len(keys))
	}
	if err == nil {
		err = s.checkFields(fields)
	}
	if err != nil {
		return nil, err
	}
	view := s.look(fields, fault == ReadStale)
	s.mu.Lock()
	defer s.mu.Unlock()
	var records []pipeline.Record
	for _, k := range keys {
		if r, ok := s.rows[parseKey(k)]; ok {
			records = append(records, view.record(r))
		}
	}
	return records, nil
}

// Find returns the records whose field holds one of the values. Nobody is found by an empty value.
func (s *System) Find(ctx context.Context, field string, values []pipeline.Value, fields []string) ([]pipeline.Record, error) {
	fault, err := s.start(ctx, OpFind)
	if err != nil {
		return nil, err
	}
	if !s.cfg.Findable {
		return nil, pipeline.ErrCannotFind
	}
	if err := s.checkFields(append(slices.Clone(fields), field)); err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, v := range values {
		wanted[index(v)] = !v.IsNull()
	}
	view := s.look(fields, fault == ReadStale)
	s.mu.Lock()
	defer s.mu.Unlock()
	var records []pipeline.Record
	for _, id := range s.ids {
		if r := s.rows[id]; wanted[index(r.fields[field])] {
			records = append(records, view.record(r))
		}
	}
	return records, nil
}

// view is how one call sees the rows: at one moment, some fields only.
type view struct {
	s      *System
	now    time.Time
	offset time.Duration // what the system's clock is ahead of this process's
	fields []string
	stale  bool
}

func (s *System) look(fields []string, stale bool) view {
	now := s.cfg.Now()
	return view{s: s, now: now, offset: now.Sub(s.cfg.Local()), fields: fields, stale: stale}
}

func (v view) record(r *row) pipeline.Record {
	seen, settled := r.version, v.settled(r.stamp)
	if v.stale && r.before != nil {
		seen = *r.before
		settled = v.settled(seen.stamp) && !seen.stamp.Equal(r.stamp)
	}
	fields := make(pipeline.Values, len(v.fields))
	shown := v.s.shown(r.id, seen)
	for _, name := range v.fields {
		fields[name] = shown[name]
	}
	var lacking []string
	for _, name := range v.s.lacks(seen) {
		if slices.Contains(v.fields, name) {
			lacking = append(lacking, name)
		}
	}
	return pipeline.Record{
		Key: key(r.id), Fields: fields, Modified: seen.stamp.Add(-v.offset),
		Stamp: v.s.stampText(seen.stamp), Settled: settled, Lacking: lacking,
	}
}

// settled tells whether nothing can come any more that carries this stamp: neither a write of this
// moment nor a transaction that began at that time and is still open.
func (v view) settled(stamp time.Time) bool {
	if !v.now.Truncate(v.s.cfg.Granularity).After(stamp) {
		return false
	}
	for tx := range v.s.open {
		if tx.begun.Equal(stamp) {
			return false
		}
	}
	return true
}

func (s *System) checkFields(names []string) error {
	for _, name := range names {
		if _, err := s.field(name); err != nil {
			return err
		}
	}
	return nil
}

// checkBatch refuses what the caller may not pass: a caller that does is at fault.
func (s *System) checkBatch(op string, n int) error {
	if n <= s.cfg.BatchSize {
		return nil
	}
	return &pipeline.Error{
		Code: pipeline.CodeInternal, Class: pipeline.Permanent,
		Message: fmt.Sprintf("%s was passed %d records in one %s, at most %d are taken", s.cfg.Name, n, op, s.cfg.BatchSize),
	}
}

package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// List yields every record in key order.
func (s *System) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return s.listing(ctx, OpList, time.Time{}, fields, yield)
}

// Changes yields the records stamped at or after the cursor, in key order, and the deleted ones where
// the system tells of them. The cursor "" yields everything.
func (s *System) Changes(ctx context.Context, cursor string, fields []string, yield func([]pipeline.Change) error) (string, error) {
	var since time.Time
	if cursor != "" {
		var err error
		if since, err = time.Parse(time.RFC3339Nano, cursor); err != nil {
			return "", &pipeline.Error{
				Code: pipeline.CodeInternal, Class: pipeline.Permanent, Cause: err,
				Message: fmt.Sprintf("%q is no cursor of %s", cursor, s.cfg.Name),
			}
		}
	}
	return s.listing(ctx, OpChanges, since, fields, yield)
}

func (s *System) listing(ctx context.Context, op string, since time.Time, fields []string, yield func([]pipeline.Change) error) (string, error) {
	fault, err := s.start(ctx, op)
	if err == nil {
		err = s.checkFields(fields)
	}
	if err != nil {
		return "", err
	}
	next := s.stamp().Add(-s.cfg.Overlap)
	cut := -1
	if fault == CutListing {
		cut = s.count(since) / 2
	}
	for last, seen := int64(0), 0; ; {
		if err := ctx.Err(); err != nil {
			return "", &pipeline.Error{
				Code: pipeline.CodeConnectionLost, Class: pipeline.Transient, Cause: err,
				Message: fmt.Sprintf("%s: the call %s was given up in the middle", s.cfg.Name, op),
			}
		}
		var page []pipeline.Change
		page, last = s.page(last, since, fields)
		if cut >= 0 && seen+len(page) >= cut {
			return "", s.cutShort(op, page[:cut-seen], yield)
		}
		seen += len(page)
		if len(page) > 0 {
			if err := yield(page); err != nil {
				return "", err
			}
		}
		if len(page) < s.cfg.BatchSize {
			break
		}
	}
	if fault == CutListing {
		return "", s.cutShort(op, nil, yield)
	}
	if op == OpChanges && s.cfg.Tombstones {
		for batch := range slices.Chunk(s.tombstones(since), s.cfg.BatchSize) {
			if err := yield(batch); err != nil {
				return "", err
			}
		}
	}
	return s.stampText(next), nil
}

// page returns up to BatchSize changes stamped at or after since with an id above last, and the last
// id it looked at. Going by id it neither skips nor repeats, whatever is written meanwhile.
func (s *System) page(last int64, since time.Time, fields []string) ([]pipeline.Change, int64) {
	view := s.look(fields, false)
	s.mu.Lock()
	defer s.mu.Unlock()
	var page []pipeline.Change
	from, _ := slices.BinarySearch(s.ids, last+1)
	for _, id := range s.ids[from:] {
		last = id
		r := s.rows[id]
		if r.stamp.Before(since) {
			continue
		}
		change := pipeline.Change{Key: key(id), Stamp: s.stampText(r.stamp)}
		if s.cfg.CarriesRecords {
			record := view.record(r)
			change.Record = &record
		}
		if page = append(page, change); len(page) == s.cfg.BatchSize {
			break
		}
	}
	return page, last
}

func (s *System) count(since time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.rows {
		if !r.stamp.Before(since) {
			n++
		}
	}
	return n
}

func (s *System) cutShort(op string, rest []pipeline.Change, yield func([]pipeline.Change) error) error {
	if len(rest) > 0 {
		if err := yield(rest); err != nil {
			return err
		}
	}
	return &pipeline.Error{
		Code: pipeline.CodeListingIncomplete, Class: pipeline.Transient,
		Message: fmt.Sprintf("%s stopped in the middle of its %s", s.cfg.Name, op),
	}
}

func (s *System) tombstones(since time.Time) []pipeline.Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	var gone []pipeline.Change
	for _, g := range s.graves {
		if !g.stamp.Before(since) {
			gone = append(gone, pipeline.Change{Key: key(g.id), Stamp: s.stampText(g.stamp), Gone: true})
		}
	}
	return gone
}

// Hinted yields the records whose keys the hints are.
func (s *System) Hinted(ctx context.Context, hints []pipeline.Hint, fields []string, yield func([]pipeline.Change) error) (bool, error) {
	fault, err := s.start(ctx, OpHinted)
	if err == nil {
		err = s.checkFields(fields)
	}
	if err != nil {
		return false, err
	}
	if fault == CutListing {
		return false, s.cutShort(OpHinted, nil, yield)
	}
	view := s.look(fields, false)
	for some := range slices.Chunk(hints, s.cfg.BatchSize) {
		var page []pipeline.Change
		s.mu.Lock()
		for _, h := range some {
			r := s.rows[parseKey(pipeline.Key(h))]
			if r == nil {
				continue
			}
			change := pipeline.Change{Key: key(r.id), Stamp: s.stampText(r.stamp)}
			if s.cfg.CarriesRecords {
				record := view.record(r)
				change.Record = &record
			}
			page = append(page, change)
		}
		s.mu.Unlock()
		if len(page) > 0 {
			if err := yield(page); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

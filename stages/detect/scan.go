package detect

import (
	"context"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/spool"
)

// scan is what detection learns of one side.
type scan struct {
	*run
	side pipeline.Side
	next string // cursor
	seen int
	// linked are the links with a change on this side.
	linked map[pipeline.LinkID]hint
	// unlinked are the records without a link, in the order they came, each once.
	unlinked []candidate
	known    map[pipeline.Key]int // index into unlinked
	// listed are all keys of a full pass.
	listed map[pipeline.Key]struct{}
}

// hint is a change of a linked record.
type hint struct {
	record spool.Ref // the record, where the listing held it
	gone   bool      // the side says it was deleted
}

// candidate is a record without a link.
type candidate struct {
	key    pipeline.Key
	record spool.Ref
	match  map[string]string
	// parent and attributes are what the record is in its family; "" where it is in none.
	parent, attributes string
}

func newScan(r *run, side pipeline.Side) *scan {
	s := &scan{run: r, side: side, linked: map[pipeline.LinkID]hint{}, known: map[pipeline.Key]int{}}
	if r.cycle.Full {
		s.listed = map[pipeline.Key]struct{}{}
	}
	return s
}

// read reads the side's changes, or all of it in a full pass, to the end.
func (s *scan) read(ctx context.Context, cursor string) (err error) {
	end, wanted := s.cycle.Endpoints[s.side], s.cycle.Definition.Wanted(s.side)
	yield := func(changes []pipeline.Change) error { return s.take(ctx, changes) }
	switch {
	case s.cycle.Full:
		s.next, err = end.List(ctx, wanted, yield)
		return err
	case s.cycle.Targeted:
		s.next = cursor
	default:
		if s.next, err = end.Changes(ctx, cursor, wanted, yield); err != nil {
			return err
		}
	}
	return s.hinted(ctx, cursor, wanted, yield)
}

// hinted reads what webhooks named. Where they may mean any record, a targeted cycle asks for all changes.
//
// Invariant 4: next stays where the changes up to it were read.
// Invariant 5: a record that is not there any more is left to the next listing.
func (s *scan) hinted(ctx context.Context, cursor string, wanted []string, yield func([]pipeline.Change) error) error {
	hints := s.cycle.Hints[s.side]
	if len(hints) == 0 {
		return nil
	}
	end := s.cycle.Endpoints[s.side]
	all, err := end.Hinted(ctx, hints, wanted, yield)
	if err != nil || all || !s.cycle.Targeted {
		return err
	}
	_, err = end.Changes(ctx, cursor, wanted, yield)
	return err
}

// take takes a batch of a listing.
func (s *scan) take(ctx context.Context, changes []pipeline.Change) error {
	s.seen += len(changes)
	if s.cycle.Listed != nil {
		s.cycle.Listed(len(changes))
	}
	for _, c := range changes {
		if s.listed != nil && !c.Gone {
			s.listed[c.Key] = struct{}{}
		}
	}
	return s.classify(ctx, changes)
}

// classify sorts changes into linked and unlinked ones, without those already handled.
func (s *scan) classify(ctx context.Context, changes []pipeline.Change) error {
	keys := make([]pipeline.Key, len(changes))
	for i, c := range changes {
		keys[i] = c.Key
	}
	links, err := s.State.LinksByKey(ctx, s.side, keys)
	if err != nil {
		return err
	}
	unlinked, err := s.State.UnlinkedByKey(ctx, s.side, keys)
	if err != nil {
		return err
	}
	failed, err := s.State.QuarantineOf(ctx, s.side, keys)
	if err != nil {
		return err
	}
	var fresh []pipeline.Change
	for _, c := range changes {
		if q, ok := failed[c.Key]; ok && !s.cycle.Full && waits(q, s.side, c.Stamp, s.cycle.Started) {
			continue
		}
		switch link, ok := links[c.Key]; {
		case ok:
			if err := s.addLinked(link, c); err != nil {
				return err
			}
		case !c.Gone && (s.cycle.Full || c.Stamp == "" || unlinked[c.Key].Seen != c.Stamp):
			fresh = append(fresh, c)
		}
	}
	return s.addUnlinked(ctx, fresh)
}

func (s *scan) addLinked(link *pipeline.Link, c pipeline.Change) error {
	if !s.cycle.Full && !c.Gone && c.Stamp != "" && c.Stamp == link.Seen[s.side] {
		return nil // handled with this very stamp
	}
	h := hint{gone: c.Gone}
	if c.Record != nil {
		var err error
		if h.record, err = s.spool[s.side].Append(c.Record); err != nil {
			return err
		}
	}
	s.linked[link.ID] = h
	return nil
}

// addUnlinked fetches the records that the listing did not hold, since pairing needs their match keys,
// and remembers them all.
func (s *scan) addUnlinked(ctx context.Context, changes []pipeline.Change) error {
	var missing []pipeline.Key
	for _, c := range changes {
		if c.Record != nil {
			if err := s.addCandidate(c.Record); err != nil {
				return err
			}
		} else {
			missing = append(missing, c.Key)
		}
	}
	wanted := s.cycle.Definition.Wanted(s.side)
	for keys := range slices.Chunk(missing, max(s.cycle.About[s.side].BatchSize, 1)) {
		records, err := s.cycle.Endpoints[s.side].Fetch(ctx, keys, wanted)
		if err != nil {
			return err
		}
		for i := range records {
			if err := s.addCandidate(&records[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scan) addCandidate(r *pipeline.Record) error {
	ref, err := s.spool[s.side].Append(r)
	if err != nil {
		return err
	}
	c := candidate{key: r.Key, record: ref}
	if r.Excluded == "" && r.Err == nil {
		own := s.cycle.OwnValues(s.side, r)
		c.match = s.cycle.MatchText(own)
		c.parent, c.attributes = s.member(own)
	}
	if i, ok := s.known[r.Key]; ok {
		s.unlinked[i] = c // seen twice in one listing: the later reading counts
		return nil
	}
	s.known[r.Key] = len(s.unlinked)
	s.unlinked = append(s.unlinked, c)
	return nil
}

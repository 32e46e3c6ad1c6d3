package memory

import (
	"context"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Settle looks which drafts took effect: by their tokens where the system keeps them, else by the
// fields of Match among the records made since the draft was.
func (s *System) Settle(ctx context.Context, drafts []pipeline.Draft) ([]pipeline.Key, error) {
	if _, err := s.start(ctx, OpSettle); err != nil {
		return nil, err
	}
	offset := s.cfg.Now().Sub(s.cfg.Local())
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]pipeline.Key, len(drafts))
	taken := map[int64]bool{}
	for i, draft := range drafts {
		r, ok := s.byToken(draft.Token)
		if !s.cfg.KeepsTokens {
			r, ok = s.byMatch(draft, draft.Since.Add(offset), taken)
		}
		if ok {
			taken[r.id] = true
			keys[i] = key(r.id)
		}
	}
	return keys, nil
}

// byToken returns the record that was made with the token and is still there.
func (s *System) byToken(token string) (*row, bool) {
	r, ok := s.rows[s.tokens[token]]
	return r, ok
}

// byMatch returns the first record made since then that holds what the draft holds in its match fields,
// and that is not taken by another draft.
func (s *System) byMatch(draft pipeline.Draft, since time.Time, taken map[int64]bool) (*row, bool) {
	for _, id := range s.ids {
		r := s.rows[id]
		if taken[id] || (!draft.Since.IsZero() && r.created.Before(since.Truncate(s.cfg.Granularity))) {
			continue
		}
		if s.matches(r, draft) {
			return r, true
		}
	}
	return nil, false
}

// matches tells whether r holds every match field of the draft that is not empty; a draft without any
// matches nothing.
func (s *System) matches(r *row, draft pipeline.Draft) bool {
	compared := false
	for _, name := range draft.Match {
		f, _ := s.cfg.Schema.Lookup(name)
		v, err := f.Canonical(draft.Fields[name])
		if err != nil {
			return false
		}
		if v.IsNull() {
			continue
		}
		if !v.Equal(r.fields[name]) {
			return false
		}
		compared = true
	}
	return compared
}

// Recognised implements pipeline.Recogniser.
func (s *System) Recognised(pipeline.Key) bool { return s.cfg.KeepsTokens }

package state

import (
	"context"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// Past implements pipeline.Schedules.
func (s *store) Past(ctx context.Context) (p pipeline.Past, err error) {
	return p, s.getSingle(ctx, singlePast, &p)
}

// Scheduled implements pipeline.Schedules.
func (s *store) Scheduled(ctx context.Context, schedule string, at time.Time) (known pipeline.Past, err error) {
	err = s.db.Update(ctx, func(tx *kv.Tx) error {
		return s.notePast(tx, func(p pipeline.Past) pipeline.Past {
			if p.Schedule != schedule || p.Since.IsZero() {
				p.Schedule, p.Since = schedule, at
			}
			known = p
			return p
		})
	})
	return known, err
}

func (s *store) notePast(tx *kv.Tx, change func(pipeline.Past) pipeline.Past) error {
	var p pipeline.Past
	if _, err := s.get(&tx.Reader, s.key.single(singlePast), &p); err != nil {
		return err
	}
	return set(tx, s.key.single(singlePast), change(p))
}

// Paused implements pipeline.Pauses.
func (s *store) Paused(ctx context.Context) (p *pipeline.Pause, err error) {
	return p, s.getSingle(ctx, singlePause, &p)
}

// SetPaused implements pipeline.Pauses.
func (s *store) SetPaused(ctx context.Context, p *pipeline.Pause, e pipeline.Event) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		k := s.key.single(singlePause)
		if p == nil {
			if err := tx.Delete(k); err != nil {
				return err
			}
		} else if err := set(tx, k, p); err != nil {
			return err
		}
		return s.commitHistory(tx, []pipeline.Event{e})
	})
}

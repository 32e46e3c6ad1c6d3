package state

import (
	"context"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// Intend implements pipeline.Intents.
//
// Invariant 3: an intent is durable before its effect.
func (s *store) Intend(ctx context.Context, intents []pipeline.Intent) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		for _, i := range intents {
			if err := set(tx, s.key.table(tableIntent).text(i.ID), i); err != nil {
				return err
			}
		}
		return nil
	})
}

// PendingIntents implements pipeline.Intents.
func (s *store) PendingIntents(ctx context.Context) (intents []pipeline.Intent, err error) {
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		intents, err = all[pipeline.Intent](s, r, tableIntent)
		return err
	})
	byAge(intents, func(i *pipeline.Intent) (time.Time, string) { return i.At, i.ID })
	return intents, err
}

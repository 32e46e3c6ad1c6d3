package state

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// keyHint begins the keys of hints that wait: w PIPELINE SOURCE HINT. They stand outside of the pipelines, since
// they go when their pipeline goes.
const keyHint = 'w'

// WaitingHint is what a webhook told and no cycle has read yet.
type WaitingHint struct {
	Pipeline string
	Source   string // its label
	Hint     pipeline.Hint
	Since    time.Time // the first call
}

func (h WaitingHint) key() key {
	return key{keyHint}.text(h.Pipeline).text(h.Source).text(string(h.Hint))
}

// ChangeHints forgets hints, which need not be there, then stores others, in one step. It survives a crash of the
// machine when it returns.
func (s *State) ChangeHints(ctx context.Context, drop, add []WaitingHint) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		for _, h := range drop {
			if err := tx.Delete(h.key()); err != nil {
				return err
			}
		}
		for _, h := range add {
			if err := set(tx, h.key(), h.Since); err != nil {
				return err
			}
		}
		return nil
	})
}

// Hints returns all hints that wait, by pipeline, source and text.
func (s *State) Hints(ctx context.Context) ([]WaitingHint, error) {
	var hints []WaitingHint
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		return r.Scan([]byte{keyHint}, []byte{keyHint}, func(k, value []byte) error {
			h, err := hintOf(k[1:], value)
			if err != nil {
				return s.db.Damaged(fmt.Errorf("key %q: %w", k, err))
			}
			hints = append(hints, h)
			return nil
		})
	})
	return hints, err
}

func hintOf(k, value []byte) (h WaitingHint, err error) {
	if h.Pipeline, k, err = cutText(k); err != nil {
		return h, err
	}
	if h.Source, k, err = cutText(k); err != nil {
		return h, err
	}
	text, err := lastText(k)
	h.Hint = pipeline.Hint(text)
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(value, &h.Since)
}

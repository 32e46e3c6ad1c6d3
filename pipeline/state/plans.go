package state

import (
	"context"
	"io"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

const planKeySize = 32

var _ pipeline.Plans = (*store)(nil)

// Generation implements pipeline.Plans.
func (s *store) Generation(ctx context.Context) (n uint64, err error) {
	return n, s.getSingle(ctx, singleGeneration, &n)
}

// advance changes the generation, as part of the update that outdates plans.
func (s *store) advance(tx *kv.Tx) error {
	var n uint64
	k := s.key.single(singleGeneration)
	if _, err := s.get(&tx.Reader, k, &n); err != nil {
		return err
	}
	return set(tx, k, n+1)
}

// PlanKey implements pipeline.Plans.
func (s *store) PlanKey(ctx context.Context) (secret []byte, err error) {
	k := s.key.single(singlePlanKey)
	err = s.db.Update(ctx, func(tx *kv.Tx) error {
		if found, err := s.get(&tx.Reader, k, &secret); found || err != nil {
			return err
		}
		secret = make([]byte, planKeySize)
		if _, err := io.ReadFull(s.options.Random, secret); err != nil {
			return err
		}
		return set(tx, k, secret)
	})
	if err != nil {
		return nil, err
	}
	return secret, nil
}

package state

import (
	"context"
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// Brake implements pipeline.Brakes.
func (s *store) Brake(ctx context.Context) (b *pipeline.Brake, err error) {
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		b, err = s.readBrake(r)
		return err
	})
	return b, err
}

func (s *store) readBrake(r *kv.Reader) (*pipeline.Brake, error) {
	var b pipeline.Brake
	if found, err := s.get(r, s.key.single(singleBrake), &b); err != nil || !found {
		return nil, err
	}
	return &b, nil
}

// BrakedPlan implements pipeline.Brakes.
func (s *store) BrakedPlan(ctx context.Context) (plan pipeline.Fingerprints, err error) {
	k := s.key.single(singleBraked)
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		b, err := r.Get(k)
		if err != nil {
			return err
		}
		const size = len(pipeline.Fingerprint{})
		if len(b)%size != 0 {
			return s.damaged(k, fmt.Errorf("%d bytes are no list of fingerprints", len(b)))
		}
		for ; len(b) > 0; b = b[size:] {
			plan = append(plan, pipeline.Fingerprint(b[:size]))
		}
		return nil
	})
	return plan, err
}

// SetBrake implements pipeline.Brakes.
func (s *store) SetBrake(ctx context.Context, b *pipeline.Brake, plan pipeline.Fingerprints, e *pipeline.Event) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		if e != nil {
			if err := s.commitHistory(tx, []pipeline.Event{*e}); err != nil {
				return err
			}
		}
		if b == nil {
			if err := tx.Delete(s.key.single(singleBrake)); err != nil {
				return err
			}
			return tx.Delete(s.key.single(singleBraked))
		}
		if err := set(tx, s.key.single(singleBrake), b); err != nil {
			return err
		}
		packed := make([]byte, 0, len(plan)*len(pipeline.Fingerprint{}))
		for _, f := range plan {
			packed = append(packed, f[:]...)
		}
		return tx.Set(s.key.single(singleBraked), packed)
	})
}

// Approve implements pipeline.Brakes.
func (s *store) Approve(ctx context.Context, cycle pipeline.CycleID, a pipeline.Approval, e pipeline.Event) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		b, err := s.readBrake(&tx.Reader)
		if err != nil {
			return err
		}
		if err := b.Approvable(cycle); err != nil {
			return err
		}
		b.Approved = &a
		if err := set(tx, s.key.single(singleBrake), b); err != nil {
			return err
		}
		return s.commitHistory(tx, []pipeline.Event{e})
	})
}

// Adopt implements pipeline.Runs.
func (s *store) Adopt(ctx context.Context, ids [2]string, e pipeline.Event) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		for _, table := range []byte{
			tableLink, tableByKey, tableMatch, tableUnlinked, tableIntent, tableConflict, tableConflictOf,
			tableQuarantine, tableDue, tableFailedKey,
		} {
			if err := tx.DeletePrefix(s.key.table(table)); err != nil {
				return err
			}
		}
		for _, name := range []string{singleLinks, singlePosition, singleBrake, singleBraked} {
			if err := tx.Delete(s.key.single(name)); err != nil {
				return err
			}
		}
		if err := set(tx, s.key.single(singleIdentities), ids); err != nil {
			return err
		}
		if err := s.advance(tx); err != nil {
			return err
		}
		if err := s.commitHistory(tx, []pipeline.Event{e}); err != nil {
			return err
		}
		return s.advance(tx)
	})
}

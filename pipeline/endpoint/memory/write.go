package memory

import (
	"context"
	"maps"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// Create makes one record a draft. Where the system keeps tokens, a draft made before is found as it is
// now and nothing is written.
func (s *System) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	return s.write(ctx, OpCreate, len(drafts), func(tx *Tx, i int) pipeline.Key {
		draft := drafts[i]
		if !s.cfg.KeepsTokens {
			draft.Token = ""
		}
		if r, ok := s.byToken(draft.Token); ok {
			return key(r.id)
		}
		return tx.insert(draft.Fields, draft.Token)
	})
}

// Update writes one patch after the other.
func (s *System) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	return s.write(ctx, OpUpdate, len(patches), func(tx *Tx, i int) pipeline.Key {
		tx.Edit(patches[i].Key, patches[i].Fields)
		return patches[i].Key
	})
}

// Remove archives or deletes the records.
func (s *System) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	return s.write(ctx, OpRemove, len(keys), func(tx *Tx, i int) pipeline.Key {
		r, ok := s.rows[parseKey(keys[i])]
		switch {
		case !ok:
		case how == pipeline.Delete:
			tx.Delete(keys[i])
		case !r.fields[s.cfg.Active].Equal(pipeline.Bool(false)):
			tx.Edit(keys[i], pipeline.Values{s.cfg.Active: pipeline.Bool(false)})
		}
		return keys[i]
	})
}

// written is a write that took effect, before it is read back.
type written struct {
	key    pipeline.Key
	commit int64
	err    error
}

// write does n writes, each in a transaction of its own that prepare fills, then reads back. prepare is
// called with the lock held.
func (s *System) write(ctx context.Context, op string, n int, prepare func(tx *Tx, i int) pipeline.Key) []pipeline.Receipt {
	receipts := make([]pipeline.Receipt, n)
	fault, err := s.start(ctx, op)
	if err == nil {
		err = s.checkBatch(op, n)
	}
	if err != nil {
		return failAll(receipts, err)
	}
	reach := n
	if fault == LoseHalf || fault == FailHalf {
		reach = n / 2
	}
	done, keys := s.effect(op, reach, prepare)
	if len(keys) > 0 {
		s.cfg.OnWrite(op, keys)
	}
	if fault == LoseAnswer || fault == LoseHalf || ctx.Err() != nil {
		lost := s.lost(op, true)
		lost.Cause = ctx.Err()
		return failAll(receipts, lost)
	}
	s.readBack(receipts, done)
	if reach < n {
		failAll(receipts[reach:], &pipeline.Error{
			Code: pipeline.CodeServerError, Class: pipeline.Transient,
			Message: s.cfg.Name + " failed in the middle of a batch",
		})
	}
	return receipts
}

// failAll gives every receipt the same error.
func failAll(receipts []pipeline.Receipt, err error) []pipeline.Receipt {
	for i := range receipts {
		receipts[i] = pipeline.Receipt{Err: err}
	}
	return receipts
}

// effect commits the first n writes and returns their outcomes, and the keys of those that succeeded.
func (s *System) effect(op string, n int, prepare func(tx *Tx, i int) pipeline.Key) ([]written, []pipeline.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stamp := s.stamp()
	done := make([]written, n)
	var keys []pipeline.Key
	for i := range done {
		tx := &Tx{s: s, begun: stamp, commit: s.commit}
		w := written{key: prepare(tx, i)}
		w.err = tx.carryOut()
		w.commit = s.commit
		if w.err == nil {
			keys = append(keys, w.key)
			s.counts.add(op, len(tx.steps))
		}
		done[i] = w
	}
	return done, keys
}

func (c *Counts) add(op string, n int) {
	switch op {
	case OpCreate:
		c.Created += n
	case OpUpdate:
		c.Updated += n
	case OpRemove:
		c.Removed += n
	}
}

// readBack fills the receipts with what the system holds by now, all fields of it.
func (s *System) readBack(receipts []pipeline.Receipt, done []written) {
	view := s.look(nil, false)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range done {
		if w.err != nil {
			receipts[i].Err = w.err
			continue
		}
		receipts[i].Key = w.key
		r, ok := s.rows[parseKey(w.key)]
		if !ok {
			continue
		}
		view.fields = slices.Collect(maps.Keys(r.fields))
		record := view.record(r)
		receipts[i].Record = &record
		receipts[i].Alone = s.cfg.Vouch && r.commit <= w.commit
	}
}

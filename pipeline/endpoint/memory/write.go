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
	content := func(i int) (pipeline.Values, map[string]pipeline.Image) { return drafts[i].Fields, drafts[i].Images }
	return s.write(ctx, OpCreate, len(drafts), content, func(tx *Tx, i int, fields pipeline.Values) pipeline.Key {
		draft := drafts[i]
		if !s.cfg.KeepsTokens {
			draft.Token = ""
		}
		if r, ok := s.byToken(draft.Token); ok {
			return key(r.id)
		}
		return tx.insert(fields, draft.Token)
	})
}

// Update writes one patch after the other.
func (s *System) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	content := func(i int) (pipeline.Values, map[string]pipeline.Image) { return patches[i].Fields, patches[i].Images }
	return s.write(ctx, OpUpdate, len(patches), content, func(tx *Tx, i int, fields pipeline.Values) pipeline.Key {
		tx.Edit(patches[i].Key, fields)
		return patches[i].Key
	})
}

// Remove archives or deletes the records.
func (s *System) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	content := func(int) (pipeline.Values, map[string]pipeline.Image) { return nil, nil }
	return s.write(ctx, OpRemove, len(keys), content, func(tx *Tx, i int, _ pipeline.Values) pipeline.Key {
		r, ok := s.rows[parseKey(keys[i])]
		switch {
		case !ok:
		case how == pipeline.Delete:
			tx.refused = s.checkRemoval(r.id, keys)
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

// content are the values of a write and its images.
type content func(i int) (pipeline.Values, map[string]pipeline.Image)

// prepare fills the transaction of a write, with the lock held. fields are its values, images taken in.
type prepare func(tx *Tx, i int, fields pipeline.Values) pipeline.Key

// write does n writes, each in a transaction of its own, then reads back.
func (s *System) write(ctx context.Context, op string, n int, content content, prepare prepare) []pipeline.Receipt {
	receipts := make([]pipeline.Receipt, n)
	fault, err := s.start(ctx, op)
	if err == nil {
		err = s.checkBatch(op, n)
	}
	if err != nil {
		return failAll(receipts, err)
	}
	if op == OpCreate {
		s.prepareFamilies(n, content)
	}
	reach := n
	if fault == LoseHalf || fault == FailHalf {
		reach = n / 2
	}
	fields := make([]pipeline.Values, reach)
	refused := make([]error, reach)
	for i := range fields {
		values, images := content(i)
		fields[i], refused[i] = s.takeImages(ctx, values, images)
	}
	done, keys := s.effect(op, fields, refused, prepare)
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

// effect commits the writes of those fields and returns their outcomes, and the keys of those that succeeded.
func (s *System) effect(op string, fields []pipeline.Values, refused []error, prepare prepare) ([]written, []pipeline.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stamp := s.stamp()
	done := make([]written, len(fields))
	var keys []pipeline.Key
	for i := range done {
		if refused[i] != nil {
			done[i].err = refused[i]
			continue
		}
		tx := &Tx{s: s, begun: stamp, commit: s.commit}
		w := written{key: prepare(tx, i, fields[i])}
		if w.err = tx.refused; w.err == nil {
			w.err = tx.carryOut()
		}
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

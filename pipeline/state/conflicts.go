package state

import (
	"context"
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

func conflictAge(c *pipeline.Conflict) (time.Time, string) { return c.Since, c.ID }

// Conflicts implements pipeline.Conflicts.
func (s *store) Conflicts(ctx context.Context) (conflicts []pipeline.Conflict, err error) {
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		conflicts, err = all[pipeline.Conflict](s, r, tableConflict)
		return err
	})
	byAge(conflicts, conflictAge)
	return conflicts, err
}

// ConflictsOf implements pipeline.Conflicts; those of one link come oldest first.
func (s *store) ConflictsOf(ctx context.Context, ids []pipeline.LinkID) (map[pipeline.LinkID][]pipeline.Conflict, error) {
	prefixes := make([][]byte, len(ids))
	for i, id := range ids {
		prefixes[i] = s.key.table(tableConflictOf).text(string(id))
	}
	of := map[pipeline.LinkID][]pipeline.Conflict{}
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		return r.ScanEach(prefixes, func(i int, k, _ []byte) error {
			id, err := lastText(k[len(prefixes[i]):])
			if err != nil {
				return s.damaged(k, err)
			}
			var c pipeline.Conflict
			if found, err := s.get(r, s.key.table(tableConflict).text(id), &c); err != nil || !found {
				return err
			}
			of[ids[i]] = append(of[ids[i]], c)
			return nil
		})
	})
	for _, conflicts := range of {
		byAge(conflicts, conflictAge)
	}
	return of, err
}

// Settle implements pipeline.Conflicts. A resolution replaces an earlier one that was not carried out.
func (s *store) Settle(ctx context.Context, id string, resolution pipeline.Resolution) error {
	k := s.key.table(tableConflict).text(id)
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		var c pipeline.Conflict
		found, err := s.get(&tx.Reader, k, &c)
		switch {
		case err != nil:
			return err
		case !found:
			return &pipeline.Error{Code: pipeline.CodeConflictNotFound, Message: fmt.Sprintf("there is no conflict %q", id)}
		}
		for _, side := range pipeline.Sides() {
			if !c.Values[side].Equal(resolution.Seen[side]) {
				return movedError(&c, side, resolution.Seen[side])
			}
		}
		if !pipeline.SameComputed(c.Computed, resolution.Computed) {
			return computedError(&c)
		}
		c.Resolution = &resolution
		if err := set(tx, k, c); err != nil {
			return err
		}
		return s.advance(tx)
	})
}

func movedError(c *pipeline.Conflict, side pipeline.Side, seen pipeline.Value) error {
	what := fmt.Sprintf("field %q", c.Field)
	if c.Field == "" {
		what = "the record"
	}
	return &pipeline.Error{
		Code: pipeline.CodeConflictMoved, Class: pipeline.Stale,
		Message: fmt.Sprintf("conflict %q has moved: %s of %s record %q was %q when it was shown and is %q now",
			c.ID, what, side, c.Keys[side], seen, c.Values[side]),
	}
}

func computedError(c *pipeline.Conflict) error {
	return &pipeline.Error{
		Code: pipeline.CodeConflictMoved, Class: pipeline.Stale,
		Message: fmt.Sprintf("conflict %q has moved: a field that the expression of %q reads was edited since it was shown", c.ID, c.Field),
	}
}

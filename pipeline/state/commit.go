package state

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// Commit implements pipeline.Committer. Where c both stores and ends a thing, it ends.
//
// Invariant 2, Invariant 3: the links with their bases, the intents that led to them and the history of
// it are one batch, durable when Commit returns.
func (s *store) Commit(ctx context.Context, c pipeline.Commit) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		match := s.matchFields()
		if err := s.commitLinks(tx, c.Links, c.Drop, match); err != nil {
			return err
		}
		if err := s.commitUnlinked(tx, c.Unlinked, c.Forget, match); err != nil {
			return err
		}
		for _, id := range c.Intents {
			if err := tx.Delete(s.key.table(tableIntent).text(id)); err != nil {
				return err
			}
		}
		if err := s.commitConflicts(tx, c.Conflicts, c.Close); err != nil {
			return err
		}
		if err := s.commitQuarantine(tx, c.Failed, c.Healed); err != nil {
			return err
		}
		if err := s.commitHistory(tx, c.History); err != nil {
			return err
		}
		return s.advance(tx)
	})
}

func (s *store) commitLinks(tx *kv.Tx, put []*pipeline.Link, drop []pipeline.LinkID, match []string) error {
	after := map[pipeline.LinkID]*pipeline.Link{}
	for _, l := range put {
		after[l.ID] = l
	}
	for _, id := range drop {
		after[id] = nil
	}
	grown := 0
	for _, id := range slices.Sorted(maps.Keys(after)) {
		l := after[id]
		before, err := s.readLink(&tx.Reader, id)
		if err != nil {
			return err
		}
		if err := reindex(tx, s.key.linkEntries(before, match), s.key.linkEntries(l, match)); err != nil {
			return err
		}
		k := s.key.table(tableLink).text(string(id))
		switch {
		case l != nil:
			err = tx.Set(k, encodeLink(l))
		case before != nil:
			err = tx.Delete(k)
		}
		if err != nil {
			return err
		}
		grown += exists(l) - exists(before)
	}
	if grown == 0 {
		return nil
	}
	n, err := s.countLinks(&tx.Reader)
	if err != nil {
		return err
	}
	return tx.Set(s.key.single(singleLinks), strconv.AppendInt(nil, int64(n+grown), 10))
}

func exists(l *pipeline.Link) int {
	if l == nil {
		return 0
	}
	return 1
}

func (s *store) commitUnlinked(tx *kv.Tx, put []pipeline.Unlinked, forget [2][]pipeline.Key, match []string) error {
	after := map[string]*pipeline.Unlinked{}
	for _, u := range put {
		after[string(s.unlinkedKey(u.Side, u.Key))] = &u
	}
	for _, side := range pipeline.Sides() {
		for _, record := range forget[side] {
			after[string(s.unlinkedKey(side, record))] = nil
		}
	}
	return replace(s, tx, after, func(u *pipeline.Unlinked) [][]byte { return s.key.unlinkedEntries(u, match) })
}

func (s *store) commitConflicts(tx *kv.Tx, put []pipeline.Conflict, end []string) error {
	after := map[string]*pipeline.Conflict{}
	for _, c := range put {
		after[string(s.key.table(tableConflict).text(c.ID))] = &c
	}
	for _, id := range end {
		after[string(s.key.table(tableConflict).text(id))] = nil
	}
	return replace(s, tx, after, s.key.conflictEntries)
}

func (s *store) commitQuarantine(tx *kv.Tx, put []pipeline.Quarantined, end []string) error {
	after := map[string]*pipeline.Quarantined{}
	for _, q := range put {
		after[string(s.key.table(tableQuarantine).text(q.ID))] = &q
	}
	for _, id := range end {
		after[string(s.key.table(tableQuarantine).text(id))] = nil
	}
	return replace(s, tx, after, s.key.quarantineEntries)
}

// replace stores the rows by key, or removes those that are nil, and their index entries with them.
func replace[T any](s *store, tx *kv.Tx, after map[string]*T, entries func(*T) [][]byte) error {
	for _, at := range slices.Sorted(maps.Keys(after)) {
		k, row := key(at), after[at]
		var old T
		before := &old
		if found, err := s.get(&tx.Reader, k, before); err != nil {
			return err
		} else if !found {
			before = nil
		}
		if err := reindex(tx, entries(before), entries(row)); err != nil {
			return err
		}
		var err error
		switch {
		case row != nil:
			err = set(tx, k, row)
		case before != nil:
			err = tx.Delete(k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

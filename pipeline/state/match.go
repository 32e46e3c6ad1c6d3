package state

import (
	"context"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// matchFields returns the names of the match fields that are indexed.
func (s *store) matchFields() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.match
}

// setMatch makes the index cover the given match fields.
func (s *store) setMatch(ctx context.Context, match []string) error {
	match = slices.Compact(slices.Sorted(slices.Values(match)))
	built, err := s.openMatch(ctx, match)
	if err != nil || built {
		return err
	}
	for _, build := range []struct {
		table byte
		add   func(tx *kv.Tx, k, value []byte, match []string) error
	}{{tableLink, s.indexLink}, {tableUnlinked, s.indexUnlinked}} {
		next := []byte(s.key.table(build.table))
		for next != nil {
			if next, err = s.indexSome(ctx, build.table, next, match, build.add); err != nil {
				return err
			}
		}
	}
	return s.db.Update(ctx, func(tx *kv.Tx) error { return set(tx, s.key.single(singleMatch), match) })
}

// openMatch tells whether the stored index is for match. If it is for others it is emptied, and commits
// fill it for match from then on.
func (s *store) openMatch(ctx context.Context, match []string) (built bool, err error) {
	err = s.db.Update(ctx, func(tx *kv.Tx) error {
		var stored []string
		found, err := s.get(&tx.Reader, s.key.single(singleMatch), &stored)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.match = match
		s.mu.Unlock()
		if built = found && slices.Equal(stored, match); built {
			return nil
		}
		if err := tx.Delete(s.key.single(singleMatch)); err != nil {
			return err
		}
		return tx.DeletePrefix(s.key.table(tableMatch))
	})
	return built, err
}

// indexSome adds the entries of some records from start on, and returns where to go on, nil at the
// end. It reads and writes in one update, so that no commit comes between.
func (s *store) indexSome(ctx context.Context, table byte, start []byte, match []string, add func(tx *kv.Tx, k, value []byte, match []string) error) (next []byte, err error) {
	err = s.db.Update(ctx, func(tx *kv.Tx) error {
		count := 0
		return tx.Scan(s.key.table(table), start, func(k, value []byte) error {
			if count == s.options.indexStep {
				next = slices.Clone(k)
				return kv.ErrStop
			}
			count++
			return add(tx, k, value, match)
		})
	})
	return next, err
}

func (s *store) indexLink(tx *kv.Tx, k, value []byte, match []string) error {
	l, err := s.link(k, value)
	if err != nil {
		return err
	}
	return reindex(tx, nil, s.key.linkEntries(l, match))
}

func (s *store) indexUnlinked(tx *kv.Tx, k, value []byte, match []string) error {
	var u pipeline.Unlinked
	if err := s.decode(k, value, &u); err != nil {
		return err
	}
	return reindex(tx, nil, s.key.unlinkedEntries(&u, match))
}

// UnlinkedByKey implements pipeline.Links.
func (s *store) UnlinkedByKey(ctx context.Context, side pipeline.Side, keys []pipeline.Key) (map[pipeline.Key]pipeline.Unlinked, error) {
	unlinked := map[pipeline.Key]pipeline.Unlinked{}
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		for _, record := range keys {
			var u pipeline.Unlinked
			found, err := s.get(r, s.unlinkedKey(side, record), &u)
			if err != nil {
				return err
			}
			if found {
				unlinked[record] = u
			}
		}
		return nil
	})
	return unlinked, err
}

func (s *store) unlinkedKey(side pipeline.Side, record pipeline.Key) key {
	return s.key.table(tableUnlinked).side(side).text(string(record))
}

// Owners implements pipeline.Links.
func (s *store) Owners(ctx context.Context, side pipeline.Side, field string, values []string) (map[string][]pipeline.Key, error) {
	if !slices.Contains(s.matchFields(), field) {
		return nil, &pipeline.Error{
			Code: pipeline.CodeInternal, Class: pipeline.Fatal,
			Message: fmt.Sprintf("field %q is not a match field of this pipeline", field),
		}
	}
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	prefixes := make([][]byte, len(values))
	for i, v := range values {
		prefixes[i] = s.key.ownerKey(side, field, v)
	}
	owners := map[string][]pipeline.Key{}
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		return r.ScanEach(prefixes, func(i int, k, _ []byte) error {
			record, _, err := cutText(k[len(prefixes[i]):])
			if err != nil {
				return s.damaged(k, err)
			}
			if known := owners[values[i]]; !slices.Contains(known, pipeline.Key(record)) {
				owners[values[i]] = append(known, pipeline.Key(record))
			}
			return nil
		})
	})
	return owners, err
}

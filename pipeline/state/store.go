package state

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// store is the state of one pipeline.
type store struct {
	db      *kv.DB
	key     key // what all its keys begin with
	options *Options

	mu    sync.Mutex
	match []string // sorted
}

var _ pipeline.Store = (*store)(nil)

// get decodes the JSON at k into into and tells whether there is any.
func (s *store) get(r *kv.Reader, k key, into any) (bool, error) {
	b, err := r.Get(k)
	if err != nil || b == nil {
		return false, err
	}
	return true, s.decode(k, b, into)
}

func (s *store) decode(k, b []byte, into any) error {
	if err := json.Unmarshal(b, into); err != nil {
		return s.damaged(k, err)
	}
	return nil
}

func (s *store) damaged(k []byte, err error) error {
	return s.db.Damaged(fmt.Errorf("key %q: %w", k, err))
}

// set stores v as JSON.
func set(tx *kv.Tx, k key, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Set(k, b)
}

// all decodes the whole of a table.
func all[T any](s *store, r *kv.Reader, table byte) ([]T, error) {
	var rows []T
	prefix := s.key.table(table)
	err := r.Scan(prefix, prefix, func(k, b []byte) error {
		var row T
		if err := s.decode(k, b, &row); err != nil {
			return err
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// reindex replaces the index entries before by after. Both are sorted.
func reindex(tx *kv.Tx, before, after [][]byte) error {
	for _, k := range before {
		if _, kept := slices.BinarySearchFunc(after, k, bytes.Compare); !kept {
			if err := tx.Delete(k); err != nil {
				return err
			}
		}
	}
	for _, k := range after {
		if _, had := slices.BinarySearchFunc(before, k, bytes.Compare); !had {
			if err := tx.Set(k, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// byAge orders by time, and what has the same time by id.
func byAge[T any](rows []T, of func(*T) (time.Time, string)) {
	slices.SortFunc(rows, func(a, b T) int {
		at, aid := of(&a)
		bt, bid := of(&b)
		return cmp.Or(at.Compare(bt), cmp.Compare(aid, bid))
	})
}

// Position implements pipeline.Positions.
func (s *store) Position(ctx context.Context) (p pipeline.Position, err error) {
	return p, s.getSingle(ctx, singlePosition, &p)
}

// MoveTo implements pipeline.Positions.
//
// Invariant 4: updates are stored in the order in which they are made, so a position never survives what
// was committed before it.
func (s *store) MoveTo(ctx context.Context, p pipeline.Position) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		if err := set(tx, s.key.single(singlePosition), p); err != nil {
			return err
		}
		return s.advance(tx)
	})
}

// Identities implements pipeline.Runs.
func (s *store) Identities(ctx context.Context) (ids [2]string, err error) {
	return ids, s.getSingle(ctx, singleIdentities, &ids)
}

// SetIdentities implements pipeline.Runs.
func (s *store) SetIdentities(ctx context.Context, ids [2]string) error {
	return s.db.Update(ctx, func(tx *kv.Tx) error { return set(tx, s.key.single(singleIdentities), ids) })
}

func (s *store) getSingle(ctx context.Context, name string, into any) error {
	return s.db.Read(ctx, func(r *kv.Reader) error {
		_, err := s.get(r, s.key.single(name), into)
		return err
	})
}

package state

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// Quarantined implements pipeline.Quarantine.
func (s *store) Quarantined(ctx context.Context) (entries []pipeline.Quarantined, err error) {
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		entries, err = all[pipeline.Quarantined](s, r, tableQuarantine)
		return err
	})
	byAge(entries, func(q *pipeline.Quarantined) (time.Time, string) { return q.Since, q.ID })
	return entries, err
}

// Due implements pipeline.Quarantine; what waits longest comes first.
func (s *store) Due(ctx context.Context, now time.Time) (due []pipeline.Quarantined, err error) {
	prefix := s.key.table(tableDue)
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		end := kv.End(prefix.time(now))
		return r.Scan(prefix, prefix, func(k, _ []byte) error {
			if bytes.Compare(k, end) >= 0 {
				return kv.ErrStop
			}
			id, err := lastText(k[len(prefix)+8:])
			if err != nil {
				return s.damaged(k, err)
			}
			var q pipeline.Quarantined
			if found, err := s.get(r, s.key.table(tableQuarantine).text(id), &q); err != nil || !found {
				return err
			}
			if !q.NextTry.After(now) { // the key is a microsecond coarse
				due = append(due, q)
			}
			return nil
		})
	})
	byAge(due, func(q *pipeline.Quarantined) (time.Time, string) { return q.NextTry, q.ID })
	return due, err
}

// QuarantineOf implements pipeline.Quarantine. Should two entries be of one key, it is the one that
// failed last.
func (s *store) QuarantineOf(ctx context.Context, side pipeline.Side, keys []pipeline.Key) (map[pipeline.Key]pipeline.Quarantined, error) {
	prefixes := make([][]byte, len(keys))
	for i, record := range keys {
		prefixes[i] = s.key.table(tableFailedKey).side(side).text(string(record))
	}
	of := map[pipeline.Key]pipeline.Quarantined{}
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		return r.ScanEach(prefixes, func(i int, k, _ []byte) error {
			id, err := lastText(k[len(prefixes[i]):])
			if err != nil {
				return s.damaged(k, err)
			}
			var q pipeline.Quarantined
			if found, err := s.get(r, s.key.table(tableQuarantine).text(id), &q); err != nil || !found {
				return err
			}
			known, found := of[keys[i]]
			if !found || cmp.Or(q.Last.Compare(known.Last), cmp.Compare(q.ID, known.ID)) > 0 {
				of[keys[i]] = q
			}
			return nil
		})
	})
	return of, err
}

// RetryNow implements pipeline.Quarantine. Ids that are not in the quarantine are not counted.
func (s *store) RetryNow(ctx context.Context, ids []string, now time.Time) (n int, err error) {
	err = s.db.Update(ctx, func(tx *kv.Tx) error {
		entries, err := all[pipeline.Quarantined](s, &tx.Reader, tableQuarantine)
		if err != nil {
			return err
		}
		var due []pipeline.Quarantined
		for _, q := range entries {
			if len(ids) > 0 && !slices.Contains(ids, q.ID) {
				continue
			}
			n++
			if q.NextTry.After(now) {
				q.NextTry = now
				due = append(due, q)
			}
		}
		return s.commitQuarantine(tx, due, nil)
	})
	return n, err
}

package state

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// reportsKept is how many reports of a pipeline are kept.
const reportsKept = 1000

// lastCycle is the number and the time in the id given last.
type lastCycle struct {
	Number uint64    `json:"number"`
	At     time.Time `json:"at"`
}

// StartCycle implements pipeline.Runs. The time in an id never goes back, also when the clock does, so
// that ids grow as texts too.
func (s *store) StartCycle(ctx context.Context, at time.Time) (id pipeline.CycleID, err error) {
	err = s.db.Update(ctx, func(tx *kv.Tx) error {
		var last lastCycle
		if _, err := s.get(&tx.Reader, s.key.single(singleCycle), &last); err != nil {
			return err
		}
		last.Number++
		if at.After(last.At) {
			last.At = at.UTC()
		}
		id = pipeline.CycleID(fmt.Sprintf("%s-%04d", last.At.Format("20060102T150405Z"), last.Number))
		return set(tx, s.key.single(singleCycle), last)
	})
	return id, err
}

// PutReport implements pipeline.Runs. A second report of a cycle replaces the first.
func (s *store) PutReport(ctx context.Context, report pipeline.Report) error {
	prefix := s.key.table(tableReport)
	return s.db.Update(ctx, func(tx *kv.Tx) error {
		this := s.key.reportKey(report.Cycle)
		if err := set(tx, this, report); err != nil {
			return err
		}
		if err := s.notePast(tx, func(p pipeline.Past) pipeline.Past { return p.After(report) }); err != nil {
			return err
		}
		kept := 1
		var newestOld []byte
		err := tx.ScanBack(prefix, func(k, _ []byte) error {
			if slices.Equal(k, this) {
				return nil
			}
			if kept++; kept > reportsKept {
				newestOld = slices.Clone(k)
				return kv.ErrStop
			}
			return nil
		})
		if err == nil && newestOld != nil {
			err = tx.DeleteRange(prefix, kv.End(newestOld))
		}
		if err != nil {
			return err
		}
		return s.trimHistory(tx, trimStep)
	})
}

// Reports implements pipeline.Runs.
func (s *store) Reports(ctx context.Context, n int) (reports []pipeline.Report, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = s.db.Read(ctx, func(r *kv.Reader) error {
		return r.ScanBack(s.key.table(tableReport), func(k, b []byte) error {
			var report pipeline.Report
			if err := s.decode(k, b, &report); err != nil {
				return err
			}
			reports = append(reports, report)
			if len(reports) == n {
				return kv.ErrStop
			}
			return nil
		})
	})
	return reports, err
}

package state

import (
	"context"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// trimStep is how many events leave the history at most when a cycle ends. A commit takes out twice what
// it adds, so that a history which is too long shrinks, and no single commit pays for it.
const trimStep = 500

// historyRange tells the sequence numbers in use: from First up to, and without, Next.
type historyRange struct {
	First uint64 `json:"first"`
	Next  uint64 `json:"next"`
}

func (s *store) commitHistory(tx *kv.Tx, events []pipeline.Event) error {
	if len(events) == 0 {
		return nil
	}
	span, err := s.historyRange(&tx.Reader)
	if err != nil {
		return err
	}
	for _, e := range events {
		e.Seq = span.Next
		span.Next++
		if err := set(tx, s.key.table(tableHistory).number(e.Seq), e); err != nil {
			return err
		}
		if e.Link != "" {
			if err := tx.Set(s.historyOf(e.Link).number(e.Seq), nil); err != nil {
				return err
			}
		}
	}
	return s.trimSpan(tx, span, 2*len(events))
}

func (s *store) historyOf(link pipeline.LinkID) key {
	return s.key.table(tableHistoryOf).text(string(link))
}

func (s *store) historyRange(r *kv.Reader) (historyRange, error) {
	span := historyRange{First: 1, Next: 1}
	_, err := s.get(r, s.key.single(singleHistory), &span)
	return span, err
}

func (s *store) trimHistory(tx *kv.Tx, limit int) error {
	span, err := s.historyRange(&tx.Reader)
	if err != nil {
		return err
	}
	return s.trimSpan(tx, span, limit)
}

// trimSpan removes the oldest events that are too many or too old, at most limit, and stores the span.
// Events that this very update adds stay: it does not see them.
func (s *store) trimSpan(tx *kv.Tx, span historyRange, limit int) error {
	oldest := s.options.Now().Add(-s.options.HistoryAge)
	prefix := s.key.table(tableHistory)
	err := tx.Scan(prefix, prefix.number(span.First), func(k, b []byte) error {
		var e pipeline.Event
		if err := s.decode(k, b, &e); err != nil {
			return err
		}
		tooMany := span.Next-span.First > uint64(s.options.HistoryEvents)
		tooOld := !e.At.IsZero() && e.At.Before(oldest)
		if limit == 0 || !tooMany && !tooOld {
			return kv.ErrStop
		}
		limit--
		span.First = e.Seq + 1
		if e.Link != "" {
			if err := tx.Delete(s.historyOf(e.Link).number(e.Seq)); err != nil {
				return err
			}
		}
		return tx.Delete(k)
	})
	if err != nil {
		return err
	}
	return set(tx, s.key.single(singleHistory), span)
}

// History implements pipeline.Histories.
func (s *store) History(ctx context.Context, link pipeline.LinkID, n int) (events []pipeline.Event, err error) {
	if n <= 0 {
		return nil, nil
	}
	err = s.eachEvent(ctx, link, func(e pipeline.Event) error {
		if events = append(events, e); len(events) == n {
			return kv.ErrStop
		}
		return nil
	})
	return events, err
}

// EachEvent implements pipeline.Histories.
func (s *store) EachEvent(ctx context.Context, q pipeline.EventQuery, f func(pipeline.Event) error) error {
	return s.eachEvent(ctx, q.Link, func(e pipeline.Event) error {
		switch {
		case q.Before(e):
			return kv.ErrStop
		case q.Selects(e):
			return f(e)
		}
		return nil
	})
}

// eachEvent calls f for the events of a link, or all for "", newest first.
func (s *store) eachEvent(ctx context.Context, link pipeline.LinkID, f func(pipeline.Event) error) error {
	prefix := s.key.table(tableHistory)
	if link != "" {
		prefix = s.historyOf(link)
	}
	return s.db.Read(ctx, func(r *kv.Reader) error {
		return r.ScanBack(prefix, func(k, b []byte) error {
			e, err := s.event(r, k, b, link == "")
			if err != nil {
				return err
			}
			return f(e)
		})
	})
}

// event decodes the event at k, or the one that the entry k of the index by link stands for.
func (s *store) event(r *kv.Reader, k, b []byte, itself bool) (e pipeline.Event, err error) {
	if itself {
		return e, s.decode(k, b, &e)
	}
	seq, err := lastNumber(k[len(k)-8:])
	if err != nil {
		return e, s.damaged(k, err)
	}
	_, err = s.get(r, s.key.table(tableHistory).number(seq), &e)
	return e, err
}

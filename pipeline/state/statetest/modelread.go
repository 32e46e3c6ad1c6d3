package statetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// LinksByKey implements pipeline.Links.
func (m *Model) LinksByKey(ctx context.Context, side pipeline.Side, keys []pipeline.Key) (map[pipeline.Key]*pipeline.Link, error) {
	return look(ctx, m, func() map[pipeline.Key]*pipeline.Link {
		found := map[pipeline.Key]*pipeline.Link{}
		for _, id := range slices.Sorted(maps.Keys(m.links)) {
			l := m.links[id]
			if k := l.Keys[side]; k != "" && slices.Contains(keys, k) && found[k] == nil {
				found[k] = cloneLink(l)
			}
		}
		return found
	})
}

// LinksByID implements pipeline.Links.
func (m *Model) LinksByID(ctx context.Context, ids []pipeline.LinkID) (map[pipeline.LinkID]*pipeline.Link, error) {
	return look(ctx, m, func() map[pipeline.LinkID]*pipeline.Link {
		found := map[pipeline.LinkID]*pipeline.Link{}
		for _, id := range ids {
			if l := m.links[id]; l != nil {
				found[id] = cloneLink(l)
			}
		}
		return found
	})
}

// EachLink implements pipeline.Links.
func (m *Model) EachLink(ctx context.Context, f func(*pipeline.Link) error) error {
	links, err := look(ctx, m, func() []*pipeline.Link {
		return slices.SortedFunc(maps.Values(m.links), func(a, b *pipeline.Link) int { return cmp.Compare(a.ID, b.ID) })
	})
	for _, l := range links {
		if err := f(cloneLink(l)); err != nil {
			return err
		}
	}
	return err
}

// CountLinks implements pipeline.Links.
func (m *Model) CountLinks(ctx context.Context) (int, error) {
	return look(ctx, m, func() int { return len(m.links) })
}

// UnlinkedByKey implements pipeline.Links.
func (m *Model) UnlinkedByKey(ctx context.Context, side pipeline.Side, keys []pipeline.Key) (map[pipeline.Key]pipeline.Unlinked, error) {
	return look(ctx, m, func() map[pipeline.Key]pipeline.Unlinked {
		found := map[pipeline.Key]pipeline.Unlinked{}
		for _, k := range keys {
			if u, ok := m.unlinked[sideKey{side, k}]; ok {
				found[k] = u
			}
		}
		return found
	})
}

// Owners implements pipeline.Links.
func (m *Model) Owners(ctx context.Context, side pipeline.Side, field string, values []string) (map[string][]pipeline.Key, error) {
	if !slices.Contains(m.match, field) {
		return nil, &pipeline.Error{Code: pipeline.CodeInternal, Class: pipeline.Fatal, Message: fmt.Sprintf("field %q is not a match field of this pipeline", field)}
	}
	return look(ctx, m, func() map[string][]pipeline.Key {
		owners := map[string][]pipeline.Key{}
		add := func(value string, k pipeline.Key) {
			if value != "" && slices.Contains(values, value) && !slices.Contains(owners[value], k) {
				owners[value] = append(owners[value], k)
			}
		}
		for _, l := range m.links {
			if l.Keys[side] != "" {
				add(l.Base[side][field].String(), l.Keys[side])
			}
		}
		for at, u := range m.unlinked {
			if at.side == side {
				add(u.Match[field], at.key)
			}
		}
		return owners
	})
}

// PendingIntents implements pipeline.Intents.
func (m *Model) PendingIntents(ctx context.Context) ([]pipeline.Intent, error) {
	return look(ctx, m, func() []pipeline.Intent {
		return sorted(slices.Collect(maps.Values(m.intents)), func(i pipeline.Intent) (time.Time, string) { return i.At, i.ID })
	})
}

func (m *Model) conflictsWhere(keep func(pipeline.Conflict) bool) (found []pipeline.Conflict) {
	for _, c := range m.conflicts {
		if keep(c) {
			found = append(found, c)
		}
	}
	return sorted(found, func(c pipeline.Conflict) (time.Time, string) { return c.Since, c.ID })
}

// Conflicts implements pipeline.Conflicts.
func (m *Model) Conflicts(ctx context.Context) ([]pipeline.Conflict, error) {
	return look(ctx, m, func() []pipeline.Conflict {
		return m.conflictsWhere(func(pipeline.Conflict) bool { return true })
	})
}

// ConflictsOf implements pipeline.Conflicts.
func (m *Model) ConflictsOf(ctx context.Context, ids []pipeline.LinkID) (map[pipeline.LinkID][]pipeline.Conflict, error) {
	return look(ctx, m, func() map[pipeline.LinkID][]pipeline.Conflict {
		of := map[pipeline.LinkID][]pipeline.Conflict{}
		for _, c := range m.conflictsWhere(func(c pipeline.Conflict) bool { return slices.Contains(ids, c.Link) }) {
			of[c.Link] = append(of[c.Link], c)
		}
		return of
	})
}

// Quarantined implements pipeline.Quarantine.
func (m *Model) Quarantined(ctx context.Context) ([]pipeline.Quarantined, error) {
	return look(ctx, m, func() []pipeline.Quarantined {
		return sorted(slices.Collect(maps.Values(m.failed)), func(q pipeline.Quarantined) (time.Time, string) { return q.Since, q.ID })
	})
}

// Due implements pipeline.Quarantine.
func (m *Model) Due(ctx context.Context, now time.Time) ([]pipeline.Quarantined, error) {
	return look(ctx, m, func() (due []pipeline.Quarantined) {
		for _, q := range m.failed {
			if !q.NextTry.After(now) {
				due = append(due, q)
			}
		}
		return sorted(due, func(q pipeline.Quarantined) (time.Time, string) { return q.NextTry, q.ID })
	})
}

// QuarantineOf implements pipeline.Quarantine.
func (m *Model) QuarantineOf(ctx context.Context, side pipeline.Side, keys []pipeline.Key) (map[pipeline.Key]pipeline.Quarantined, error) {
	return look(ctx, m, func() map[pipeline.Key]pipeline.Quarantined {
		of := map[pipeline.Key]pipeline.Quarantined{}
		byLast := sorted(slices.Collect(maps.Values(m.failed)), func(q pipeline.Quarantined) (time.Time, string) { return q.Last, q.ID })
		for _, q := range byLast {
			if k := q.Keys[side]; k != "" && slices.Contains(keys, k) {
				of[k] = q
			}
		}
		return of
	})
}

// Position implements pipeline.Positions.
func (m *Model) Position(ctx context.Context) (pipeline.Position, error) {
	return look(ctx, m, func() pipeline.Position { return m.position })
}

// Identities implements pipeline.Runs.
func (m *Model) Identities(ctx context.Context) ([2]string, error) {
	return look(ctx, m, func() [2]string { return m.identities })
}

// Reports implements pipeline.Runs.
func (m *Model) Reports(ctx context.Context, n int) ([]pipeline.Report, error) {
	return look(ctx, m, func() []pipeline.Report {
		reports := slices.SortedFunc(maps.Values(m.reports), func(a, b pipeline.Report) int { return cmp.Compare(b.Cycle, a.Cycle) })
		return reports[:min(max(n, 0), len(reports))]
	})
}

// History implements pipeline.Histories.
func (m *Model) History(ctx context.Context, link pipeline.LinkID, n int) ([]pipeline.Event, error) {
	return look(ctx, m, func() (events []pipeline.Event) {
		for _, e := range slices.Backward(m.history) {
			if len(events) < n && (link == "" || e.Link == link) {
				events = append(events, e)
			}
		}
		return events
	})
}

// EachEvent implements pipeline.Histories.
func (m *Model) EachEvent(ctx context.Context, q pipeline.EventQuery, f func(pipeline.Event) error) error {
	events, err := look(ctx, m, func() []pipeline.Event { return slices.Clone(m.history) })
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if q.Selects(e) {
			if err := f(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// Generation implements pipeline.Plans.
func (m *Model) Generation(ctx context.Context) (uint64, error) {
	return look(ctx, m, func() uint64 { return m.generation })
}

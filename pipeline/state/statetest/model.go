package statetest

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Model is the contract of a store in its simplest form: it keeps everything in maps and nothing on a
// disk.
type Model struct {
	match []string

	mu         sync.Mutex
	links      map[pipeline.LinkID]*pipeline.Link
	unlinked   map[sideKey]pipeline.Unlinked
	intents    map[string]pipeline.Intent
	conflicts  map[string]pipeline.Conflict
	failed     map[string]pipeline.Quarantined
	position   pipeline.Position
	identities [2]string
	cycles     int
	lastCycle  time.Time
	reports    map[pipeline.CycleID]pipeline.Report
	history    []pipeline.Event
	generation uint64
	brake      *pipeline.Brake
	braked     pipeline.Fingerprints
	planKey    []byte
	pause      *pipeline.Pause
	past       pipeline.Past
}

type sideKey struct {
	side pipeline.Side
	key  pipeline.Key
}

var _ pipeline.Store = (*Model)(nil)

// NewModel returns an empty store of a pipeline with those match fields.
func NewModel(match ...string) *Model {
	return &Model{
		match: match,
		links: map[pipeline.LinkID]*pipeline.Link{}, unlinked: map[sideKey]pipeline.Unlinked{},
		intents: map[string]pipeline.Intent{}, conflicts: map[string]pipeline.Conflict{},
		failed: map[string]pipeline.Quarantined{}, reports: map[pipeline.CycleID]pipeline.Report{},
	}
}

// WithMatch returns the same store with other match fields.
func (m *Model) WithMatch(match ...string) *Model {
	n := m.Clone()
	n.match = match
	return n
}

// Clone returns a store with the same content, which is apart from then on.
func (m *Model) Clone() *Model {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Model{
		match: m.match,
		links: maps.Clone(m.links), unlinked: maps.Clone(m.unlinked), intents: maps.Clone(m.intents),
		conflicts: maps.Clone(m.conflicts), failed: maps.Clone(m.failed), position: m.position,
		identities: m.identities, cycles: m.cycles, lastCycle: m.lastCycle,
		reports: maps.Clone(m.reports), history: slices.Clone(m.history),
		brake: m.brake, braked: m.braked, generation: m.generation, planKey: m.planKey,
		pause: m.pause, past: m.past,
	}
}

// enter takes the lock, unless the caller has given up.
func (m *Model) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	return nil
}

// change runs f with the lock.
func (m *Model) change(ctx context.Context, f func() error) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	return f()
}

// look returns what f returns, with the lock.
func look[T any](ctx context.Context, m *Model, f func() T) (T, error) {
	if err := m.enter(ctx); err != nil {
		var none T
		return none, err
	}
	defer m.mu.Unlock()
	return f(), nil
}

func sorted[T any](rows []T, of func(T) (time.Time, string)) []T {
	slices.SortFunc(rows, func(a, b T) int {
		at, aid := of(a)
		bt, bid := of(b)
		return cmp.Or(at.Compare(bt), cmp.Compare(aid, bid))
	})
	return rows
}

func cloneLink(l *pipeline.Link) *pipeline.Link {
	c := *l
	for side := range c.Base {
		c.Base[side] = maps.Clone(c.Base[side])
		if c.Base[side] == nil {
			c.Base[side] = pipeline.Values{}
		}
	}
	return &c
}

// Commit implements pipeline.Committer.
func (m *Model) Commit(ctx context.Context, c pipeline.Commit) error {
	return m.change(ctx, func() error {
		for _, l := range c.Links {
			m.links[l.ID] = cloneLink(l)
		}
		for _, id := range c.Drop {
			delete(m.links, id)
		}
		for _, u := range c.Unlinked {
			m.unlinked[sideKey{u.Side, u.Key}] = u
		}
		for _, side := range pipeline.Sides() {
			for _, k := range c.Forget[side] {
				delete(m.unlinked, sideKey{side, k})
			}
		}
		for _, id := range c.Intents {
			delete(m.intents, id)
		}
		for _, x := range c.Conflicts {
			m.conflicts[x.ID] = x
		}
		for _, id := range c.Close {
			delete(m.conflicts, id)
		}
		for _, q := range c.Failed {
			m.failed[q.ID] = q
		}
		for _, id := range c.Healed {
			delete(m.failed, id)
		}
		for _, e := range c.History {
			e.Seq = uint64(len(m.history) + 1)
			m.history = append(m.history, e)
		}
		m.generation++
		return nil
	})
}

// Intend implements pipeline.Intents.
func (m *Model) Intend(ctx context.Context, intents []pipeline.Intent) error {
	return m.change(ctx, func() error {
		for _, i := range intents {
			m.intents[i.ID] = i
		}
		return nil
	})
}

// Settle implements pipeline.Conflicts.
func (m *Model) Settle(ctx context.Context, id string, r pipeline.Resolution) error {
	return m.change(ctx, func() error {
		c, found := m.conflicts[id]
		if !found {
			return &pipeline.Error{Code: pipeline.CodeConflictNotFound, Message: fmt.Sprintf("there is no conflict %q", id)}
		}
		if !c.Values[0].Equal(r.Seen[0]) || !c.Values[1].Equal(r.Seen[1]) || !pipeline.SameComputed(c.Computed, r.Computed) {
			return &pipeline.Error{Code: pipeline.CodeConflictMoved, Class: pipeline.Stale, Message: fmt.Sprintf("conflict %q has moved", id)}
		}
		c.Resolution = &r
		m.conflicts[id] = c
		m.generation++
		return nil
	})
}

// RetryNow implements pipeline.Quarantine.
func (m *Model) RetryNow(ctx context.Context, ids []string, now time.Time) (n int, err error) {
	err = m.change(ctx, func() error {
		for id, q := range m.failed {
			if len(ids) > 0 && !slices.Contains(ids, id) {
				continue
			}
			n++
			if q.NextTry.After(now) {
				q.NextTry = now
				m.failed[id] = q
			}
		}
		return nil
	})
	return n, err
}

// MoveTo implements pipeline.Positions.
func (m *Model) MoveTo(ctx context.Context, p pipeline.Position) error {
	return m.change(ctx, func() error {
		m.position = p
		m.generation++
		return nil
	})
}

// SetIdentities implements pipeline.Runs.
func (m *Model) SetIdentities(ctx context.Context, ids [2]string) error {
	return m.change(ctx, func() error { m.identities = ids; return nil })
}

// StartCycle implements pipeline.Runs.
func (m *Model) StartCycle(ctx context.Context, at time.Time) (id pipeline.CycleID, err error) {
	err = m.change(ctx, func() error {
		m.cycles++
		if at.After(m.lastCycle) {
			m.lastCycle = at.UTC()
		}
		id = pipeline.CycleID(fmt.Sprintf("%s-%04d", m.lastCycle.Format("20060102T150405Z"), m.cycles))
		return nil
	})
	return id, err
}

// PutReport implements pipeline.Runs.
func (m *Model) PutReport(ctx context.Context, r pipeline.Report) error {
	return m.change(ctx, func() error {
		m.reports[r.Cycle], m.past = r, m.past.After(r)
		return nil
	})
}

// PlanKey implements pipeline.Plans.
func (m *Model) PlanKey(ctx context.Context) (key []byte, err error) {
	err = m.change(ctx, func() error {
		if m.planKey == nil {
			m.planKey = make([]byte, 32)
			_, _ = rand.Read(m.planKey) // never fails
		}
		key = m.planKey
		return nil
	})
	return key, err
}

package hookqueue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state"
)

// Store keeps hints over a restart. state.State is one.
type Store interface {
	ChangeHints(ctx context.Context, drop, add []state.WaitingHint) error
	Hints(ctx context.Context) ([]state.WaitingHint, error)
}

const (
	// DefaultMost is how many records of one pipeline may wait.
	DefaultMost = 100_000
	// mostTaken is how many records one cycle is given at most.
	mostTaken = 5000
	// mostWriting is how many entries may wait for the disk at once.
	mostWriting = 10_000
)

// ErrFull is returned by Put when as many records wait as may.
var ErrFull = errors.New("the queue is full")

// Config is what a Queue needs.
type Config struct {
	Store Store
	Now   func() time.Time
	Most  int // records of one pipeline that may wait; 0 is DefaultMost
}

// Queue is a queue of hints. All methods may be called from several goroutines.
type Queue struct {
	cfg Config

	mu       sync.Mutex
	entries  map[string]map[id]*entry // by pipeline
	alarms   map[string]*alarm        // by pipeline
	batch    *batch                   // what the next write to the disk holds; nil if nothing
	writing  bool
	writings int // entries of batches that are not on the disk
}

// id names an entry within its pipeline.
type id struct {
	source string
	hint   pipeline.Hint
}

type entry struct {
	first, last time.Time
	calls       int // grows with each call; tells Done whether there was one meanwhile
	again       bool
	timing      *pipeline.Webhook
	writing     *batch // nil once it is durable
}

// due is when the entry is to be read.
func (e *entry) due() time.Time {
	if e.again {
		return e.last.Add(e.timing.Again)
	}
	settled, latest := e.last.Add(e.timing.Settle), e.first.Add(e.timing.Longest)
	if latest.Before(settled) {
		return latest
	}
	return settled
}

// batch is one write to the disk. What it drops may be what it adds: it was called about anew.
type batch struct {
	drop, add []state.WaitingHint
	entries   []*entry // of add
	done      chan struct{}
	err       error
}

// alarm is what the reader of one pipeline waits for.
type alarm struct {
	at time.Time     // when it wakes by itself; zero: not at all
	up chan struct{} // closed to wake it before
}

// New returns a queue; Load must be called before the first Put.
func New(cfg Config) *Queue {
	if cfg.Most == 0 {
		cfg.Most = DefaultMost
	}
	return &Queue{cfg: cfg, entries: map[string]map[id]*entry{}, alarms: map[string]*alarm{}}
}

// Load takes up what an earlier process left: it is due at once. timing returns nil for what has no reader any
// more, which is dropped.
func (q *Queue) Load(ctx context.Context, timing func(pipeline, source string) *pipeline.Webhook) error {
	known, err := q.cfg.Store.Hints(ctx)
	if err != nil {
		return err
	}
	var stale []state.WaitingHint
	q.mu.Lock()
	for _, h := range known {
		t := timing(h.Pipeline, h.Source)
		if t == nil {
			stale = append(stale, h)
			continue
		}
		q.of(h.Pipeline)[id{h.Source, h.Hint}] = &entry{first: h.Since, last: h.Since, timing: t}
	}
	q.mu.Unlock()
	if len(stale) == 0 {
		return nil
	}
	return q.cfg.Store.ChangeHints(ctx, stale, nil)
}

func (q *Queue) of(pipeline string) map[id]*entry {
	if q.entries[pipeline] == nil {
		q.entries[pipeline] = map[id]*entry{}
	}
	return q.entries[pipeline]
}

// Call is what one call tells pipelines of a source.
type Call struct {
	Source    string
	Pipelines []string
	Hints     []pipeline.Hint
	Timing    *pipeline.Webhook
}

// Put notes a call and returns when it will survive a crash of the machine. fresh tells whether it named a record
// that did not wait already. It returns ErrFull, or the error of the state.
func (q *Queue) Put(ctx context.Context, c Call) (fresh bool, err error) {
	q.mu.Lock()
	waits, fresh, err := q.put(c)
	q.mu.Unlock()
	if err != nil {
		return false, err
	}
	for _, b := range waits {
		if err := b.wait(ctx); err != nil {
			return false, err
		}
	}
	return fresh, nil
}

// put returns the writes to the disk that the call has to wait for.
func (q *Queue) put(c Call) (waits []*batch, fresh bool, err error) {
	now := q.cfg.Now()
	for _, name := range c.Pipelines {
		full := len(q.of(name))+len(c.Hints) > q.cfg.Most || q.writings+len(c.Hints) > mostWriting
		if full && !q.allWait(name, c) {
			return nil, false, ErrFull
		}
	}
	for _, name := range c.Pipelines {
		for _, h := range c.Hints {
			k := id{c.Source, h}
			e := q.of(name)[k]
			if e == nil {
				fresh = true
				e = &entry{first: now}
				q.add(name, k, e)
			}
			if e.again {
				e.first, e.again = now, false
			}
			e.last, e.timing = now, c.Timing
			e.calls++
			if e.writing != nil && !slices.Contains(waits, e.writing) {
				waits = append(waits, e.writing)
			}
			q.wakeBy(name, e.due())
		}
	}
	return waits, fresh, nil
}

// allWait tells whether everything that a call names waits already.
func (q *Queue) allWait(name string, c Call) bool {
	for _, h := range c.Hints {
		if q.of(name)[id{c.Source, h}] == nil {
			return false
		}
	}
	return true
}

// add puts an entry into the queue and into the next write to the disk.
func (q *Queue) add(name string, k id, e *entry) {
	b := q.next()
	b.add = append(b.add, state.WaitingHint{Pipeline: name, Source: k.source, Hint: k.hint, Since: e.first})
	b.entries = append(b.entries, e)
	q.writings++
	e.writing = b
	q.of(name)[k] = e
}

// next returns the batch that gathers, which will be written.
func (q *Queue) next() *batch {
	if q.batch == nil {
		q.batch = &batch{done: make(chan struct{})}
	}
	if !q.writing {
		q.writing = true
		go q.writeAll()
	}
	return q.batch
}

// writeAll writes batches until there is none. While one is on its way to the disk the next one gathers.
func (q *Queue) writeAll() {
	for {
		q.mu.Lock()
		b := q.batch
		q.batch = nil
		if b == nil {
			q.writing = false
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
		err := q.cfg.Store.ChangeHints(context.Background(), b.drop, b.add)
		q.mu.Lock()
		b.err = err
		q.writings -= len(b.add)
		for i, e := range b.entries {
			e.writing = nil
			if err != nil { // nobody was promised anything
				delete(q.of(b.add[i].Pipeline), id{b.add[i].Source, b.add[i].Hint})
			}
		}
		q.mu.Unlock()
		close(b.done)
	}
}

// Waiting counts the records of a pipeline that wait, by source.
func (q *Queue) Waiting(pipeline string) map[string]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := map[string]int{}
	for k := range q.entries[pipeline] {
		n[k.source]++
	}
	return n
}

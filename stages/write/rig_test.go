package write_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/state"
	"github.com/tandem-sync/tandem/stages/fetch"
	"github.com/tandem-sync/tandem/stages/resolve"
	"github.com/tandem-sync/tandem/stages/transform"
	"github.com/tandem-sync/tandem/stages/write"
)

const (
	left, right = pipeline.Left, pipeline.Right
	cycleID     = pipeline.CycleID("20261124T120000Z-0001")
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func text(s string) pipeline.Value { return pipeline.Text(s) }

// rig is two systems with a state and the write stage. Its clock moves only where a stage waits.
type rig struct {
	t       *testing.T
	systems [2]*memory.System
	store   pipeline.Store
	cycle   *pipeline.Cycle
	stage   *write.Stage
	now     time.Time
	waited  []time.Duration
	ids     int
	// fault and onWrite are what the right system does.
	fault   func(op string, n int) memory.FaultKind
	onWrite func(op string, keys []pipeline.Key)
}

// newRig makes a rig; change may adapt the right system.
func newRig(t *testing.T, change func(*memory.Config)) *rig {
	t.Helper()
	r := &rig{t: t, now: noon, onWrite: func(string, []pipeline.Key) {}}
	r.heal()
	clock := func() time.Time { return r.now }
	config := memory.Config{
		Name: "right", Now: clock, Findable: true, KeepsTokens: true, Unique: []string{"ean"},
		Fault:   func(op string, n int) memory.FaultKind { return r.fault(op, n) },
		OnWrite: func(op string, keys []pipeline.Key) { r.onWrite(op, keys) },
	}
	if change != nil {
		change(&config)
	}
	r.systems = [2]*memory.System{memory.New(memory.Config{Name: "left", Now: clock, Findable: true, KeepsTokens: true}), memory.New(config)}
	opened, err := state.Open("state", state.Options{FS: vfs.NewMem(), Now: clock})
	r.must(err)
	t.Cleanup(func() { _ = opened.Close() })
	r.store, err = opened.Pipeline(t.Context(), "products", []string{"sku"})
	r.must(err)
	r.stage = write.New(write.Config{
		State: r.store, Now: clock,
		NewID: func() string { r.ids++; return fmt.Sprintf("id%d", r.ids) },
		Wait: func(ctx context.Context, d time.Duration) error {
			r.waited = append(r.waited, d)
			r.now = r.now.Add(d)
			return ctx.Err()
		},
	})
	r.begin()
	return r
}

// begin makes the cycle.
func (r *rig) begin() {
	r.t.Helper()
	both := [2]bool{true, true}
	d := &pipeline.Definition{
		Name: "products", Sources: [2]string{"pm", "erp"}, Match: []string{"sku"}, Creates: both, Removes: both, Deletes: pipeline.DeletesArchive,
	}
	for _, name := range []string{"title", "sku", "ean", "price", "active"} {
		d.Fields = append(d.Fields, pipeline.MappedField{Name: name, Fields: [2]string{name, name}, Writes: both, Rule: "manual"})
	}
	r.cycle = &pipeline.Cycle{ID: cycleID, Definition: d, Started: r.now, Sequential: true, Endpoints: [2]pipeline.Endpoint{r.systems[0], r.systems[1]}}
	for _, s := range pipeline.Sides() {
		about, err := r.systems[s].Describe(r.t.Context())
		r.must(err)
		r.cycle.About[s] = about
	}
	var problems []*pipeline.Error
	if r.cycle.Types, problems = pipeline.Bind(d, r.cycle.About); len(problems) > 0 {
		r.t.Fatal(problems)
	}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// fail lets the nth call of op from now on go wrong, once.
func (r *rig) fail(op string, nth int, kind memory.FaultKind) {
	before := r.systems[right].Counts().Calls[op]
	r.fault = memory.Once(op, before+nth, kind)
}

// always lets every call of op go wrong.
func (r *rig) always(op string, kind memory.FaultKind) {
	r.fault = func(o string, _ int) memory.FaultKind {
		if o == op {
			return kind
		}
		return memory.NoFault
	}
}

func (r *rig) heal() { r.fault = func(string, int) memory.FaultKind { return memory.NoFault } }

func (r *rig) insert(s pipeline.Side, sku string, more pipeline.Values) pipeline.Key {
	r.t.Helper()
	fields := pipeline.Values{"title": text("Chair"), "sku": text(sku), "price": pipeline.Int(10)}
	for name, v := range more {
		fields[name] = v
	}
	key, err := r.systems[s].Insert(fields)
	r.must(err)
	return key
}

func (r *rig) edit(s pipeline.Side, key pipeline.Key, name string, v pipeline.Value) {
	r.t.Helper()
	r.now = r.now.Add(time.Minute)
	r.must(r.systems[s].Edit(key, pipeline.Values{name: v}))
}

// held returns a field of a record, or fails where there is none.
func (r *rig) held(s pipeline.Side, key pipeline.Key, name string) pipeline.Value {
	r.t.Helper()
	for _, record := range r.systems[s].Snapshot() {
		if record.Key == key {
			return record.Fields[name]
		}
	}
	r.t.Fatalf("%s has no record %s", s, key)
	return pipeline.Value{}
}

func (r *rig) count(s pipeline.Side) int { return len(r.systems[s].Snapshot()) }

// pair makes a linked pair, both of which hold the same. Its link is named by the SKU.
func (r *rig) pair(sku string) *pipeline.Item {
	r.t.Helper()
	link := &pipeline.Link{ID: pipeline.LinkID(sku), Created: noon, Updated: noon}
	for _, s := range pipeline.Sides() {
		link.Keys[s] = r.insert(s, sku, nil)
		link.Base[s] = pipeline.Values{
			"title": text("Chair"), "sku": text(sku), "ean": {}, "price": pipeline.Int(10), "active": pipeline.Bool(true),
		}
	}
	r.must(r.store.Commit(r.t.Context(), pipeline.Commit{Links: []*pipeline.Link{link}}))
	return &pipeline.Item{Link: link, Keys: link.Keys}
}

// again is a fresh item of a link, as the next cycle sees it.
func (r *rig) again(id pipeline.LinkID) *pipeline.Item {
	r.t.Helper()
	link := r.link(id)
	item := &pipeline.Item{Link: link, Keys: link.Keys, Hinted: [2]bool{true, true}}
	open, err := r.store.ConflictsOf(r.t.Context(), []pipeline.LinkID{id})
	r.must(err)
	for _, c := range open[id] {
		item.Open = map[string]pipeline.Conflict{c.Field: c}
	}
	return item
}

func (r *rig) link(id pipeline.LinkID) *pipeline.Link {
	r.t.Helper()
	links, err := r.store.LinksByID(r.t.Context(), []pipeline.LinkID{id})
	r.must(err)
	if links[id] == nil {
		r.t.Fatalf("there is no link %s", id)
	}
	return links[id]
}

// decide runs fetch, transform and resolve.
func (r *rig) decide(items ...*pipeline.Item) {
	r.t.Helper()
	for _, it := range items {
		it.Hinted = [2]bool{true, true}
	}
	for _, stage := range []pipeline.Stage{fetch.New(), transform.New(), resolve.New()} {
		r.must(stage.Process(r.t.Context(), r.cycle, items))
	}
}

func (r *rig) write(items ...*pipeline.Item) error {
	return r.stage.Process(r.t.Context(), r.cycle, items)
}

func (r *rig) recover() {
	r.t.Helper()
	r.must(r.stage.Recover(r.t.Context(), r.cycle))
}

// intents returns how many writes are of unknown outcome.
func (r *rig) intents() int {
	r.t.Helper()
	pending, err := r.store.PendingIntents(r.t.Context())
	r.must(err)
	return len(pending)
}

// events returns the kinds of the history, oldest first.
func (r *rig) events() (kinds []string) {
	r.t.Helper()
	for _, e := range r.history() {
		kinds = append([]string{e.Kind}, kinds...)
	}
	return kinds
}

// history returns the history, newest first.
func (r *rig) history() []pipeline.Event {
	r.t.Helper()
	events, err := r.store.History(r.t.Context(), "", 100)
	r.must(err)
	return events
}

func (r *rig) quarantined() []pipeline.Quarantined {
	r.t.Helper()
	entries, err := r.store.Quarantined(r.t.Context())
	r.must(err)
	return entries
}

// wantBase fails unless the base of a field is that on both sides.
func (r *rig) wantBase(id pipeline.LinkID, name string, l, rt pipeline.Value) {
	r.t.Helper()
	link := r.link(id)
	for s, want := range map[pipeline.Side]pipeline.Value{left: l, right: rt} {
		if got := link.Base[s][name]; !got.Equal(want) {
			r.t.Errorf("the base of %s on the %s is %q, want %q", name, s, got, want)
		}
	}
}

func (r *rig) wantHeld(s pipeline.Side, key pipeline.Key, name string, want pipeline.Value) {
	r.t.Helper()
	if got := r.held(s, key, name); !got.Equal(want) {
		r.t.Errorf("%s of %s on the %s is %q, want %q", name, key, s, got, want)
	}
}

func wantErr(t *testing.T, it *pipeline.Item, code pipeline.Code) {
	t.Helper()
	if it.Err == nil || it.Err.Code != code {
		t.Errorf("the item's error is %v, want %s", it.Err, code)
	}
}

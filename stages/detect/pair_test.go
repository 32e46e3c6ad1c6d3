package detect_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/state"
	"github.com/tandem-sync/tandem/stages/detect"
)

// pairs is two systems whose records are paired by sku, then by ean.
type pairs struct {
	t       *testing.T
	systems [2]*memory.System
	store   pipeline.Store
	later   time.Duration // how far the systems' clocks are ahead
}

func newPairs(t *testing.T) *pairs {
	t.Helper()
	p := &pairs{t: t}
	for _, s := range pipeline.Sides() {
		p.systems[s] = memory.New(memory.Config{
			Name: s.String(), Findable: true, Now: func() time.Time { return time.Now().Add(p.later) },
		})
	}
	opened, err := state.Open("state", state.Options{FS: vfs.NewMem()})
	if err == nil {
		t.Cleanup(func() { _ = opened.Close() })
		p.store, err = opened.Pipeline(t.Context(), "products", []string{"sku", "ean"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *pairs) insert(s pipeline.Side, sku, ean string) pipeline.Key {
	p.t.Helper()
	key, err := p.systems[s].Insert(pipeline.Values{
		"title": pipeline.Text("Chair"), "sku": pipeline.Text(sku), "ean": pipeline.Text(ean),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return key
}

// detect runs a detection and returns the items by left key, or right key where there is no left one.
func (p *pairs) detect(full bool) map[pipeline.Key]*pipeline.Item {
	p.t.Helper()
	items := map[pipeline.Key]*pipeline.Item{}
	for _, it := range p.items(full) {
		key := it.Keys[pipeline.Left]
		if key == "" {
			key = it.Keys[pipeline.Right]
		}
		items[key] = it
	}
	return items
}

// items runs a detection and returns its items.
func (p *pairs) items(full bool) (items []*pipeline.Item) {
	p.t.Helper()
	d := &pipeline.Definition{
		Name: "products", Sources: [2]string{"pm", "erp"}, Match: []string{"sku", "ean"},
		Fields: []pipeline.MappedField{
			{Name: "sku", Fields: [2]string{"sku", "sku"}}, {Name: "ean", Fields: [2]string{"ean", "ean"}},
		},
	}
	c := &pipeline.Cycle{Definition: d, Full: full, Started: time.Now(), Endpoints: [2]pipeline.Endpoint{p.systems[0], p.systems[1]}}
	for _, s := range pipeline.Sides() {
		about, err := p.systems[s].Describe(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		c.About[s] = about
	}
	var problems []*pipeline.Error
	if c.Types, problems = pipeline.Bind(d, c.About); len(problems) > 0 {
		p.t.Fatal(problems)
	}
	detector := detect.New(detect.Config{State: p.store, SpoolDir: p.t.TempDir()})
	found, err := detector.Detect(p.t.Context(), c, func(batch []*pipeline.Item) error {
		items = append(items, batch...)
		return nil
	})
	if err == nil {
		err = p.store.MoveTo(p.t.Context(), pipeline.Position{Cursors: found.Cursors})
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return items
}

func (p *pairs) commit(c pipeline.Commit) {
	p.t.Helper()
	if err := p.store.Commit(context.WithoutCancel(p.t.Context()), c); err != nil {
		p.t.Fatal(err)
	}
}

func wantAmbiguous(t *testing.T, it *pipeline.Item, naming ...pipeline.Key) {
	t.Helper()
	if it == nil || it.Err == nil || it.Err.Code != pipeline.CodeAmbiguousMatch {
		t.Fatalf("it is not ambiguous: %+v", it)
	}
	for _, key := range naming {
		if !strings.Contains(it.Err.Message, string(key)) {
			t.Errorf("%q does not name %s", it.Err.Message, key)
		}
	}
}

// A record that an earlier field paired still holds its value of a later field: who else holds that value
// has no partner of its own, and is not made a second time either.
func TestALaterFieldSeesWhatIsPaired(t *testing.T) {
	p := newPairs(t)
	a := p.insert(pipeline.Left, "A", "")
	b := p.insert(pipeline.Left, "B", "201")
	wrong := p.insert(pipeline.Right, "A", "201") // the bar code of B, stuck on A
	items := p.detect(true)
	if it := items[a]; it.Err != nil || it.Keys[pipeline.Right] != wrong {
		t.Errorf("A has the keys %v: %v", it.Keys, it.Err)
	}
	wantAmbiguous(t, items[b], b, wrong)
}

// A pair that cannot be written waits in quarantine without a link. It stays a pair: a later field does
// not give one of its records away to somebody else.
func TestAPairInQuarantineStaysAPair(t *testing.T) {
	p := newPairs(t)
	a := p.insert(pipeline.Left, "A", "")
	wrong := p.insert(pipeline.Right, "A", "201")
	p.detect(true)
	p.commit(pipeline.Commit{
		Unlinked: []pipeline.Unlinked{
			{Side: pipeline.Left, Key: a, Match: map[string]string{"sku": "A"}},
			{Side: pipeline.Right, Key: wrong, Match: map[string]string{"sku": "A", "ean": "201"}},
		},
		Failed: []pipeline.Quarantined{{
			ID: "q", Keys: [2]pipeline.Key{a, wrong}, Code: pipeline.CodeDuplicate, Last: time.Now(), NextTry: time.Now().Add(time.Hour),
			Seen: p.stamps(a, wrong),
		}},
	})
	b := p.insert(pipeline.Left, "B", "201")
	wantAmbiguous(t, p.detect(false)[b], b, wrong)
}

// stamps are what the records' stamps are now.
func (p *pairs) stamps(left, right pipeline.Key) (seen [2]string) {
	p.t.Helper()
	for s, key := range map[pipeline.Side]pipeline.Key{pipeline.Left: left, pipeline.Right: right} {
		records, err := p.systems[s].Fetch(p.t.Context(), []pipeline.Key{key}, []string{"sku"})
		if err != nil || len(records) != 1 {
			p.t.Fatalf("%v %v", records, err)
		}
		seen[s] = records[0].Stamp
	}
	return seen
}

package fetch_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/stages/fetch"
)

// noting is an endpoint that notes which records it was asked for, and may spoil what it answers.
type noting struct {
	pipeline.Endpoint
	asked []pipeline.Key
	spoil func(*pipeline.Record)
}

func (n *noting) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	n.asked = append(n.asked, keys...)
	slices.Sort(n.asked)
	records, err := n.Endpoint.Fetch(ctx, keys, fields)
	for i := range records {
		if n.spoil != nil {
			n.spoil(&records[i])
		}
	}
	return records, err
}

// rig is two systems that hold one linked pair, the same on both sides.
type rig struct {
	t       *testing.T
	systems [2]*memory.System
	ends    [2]*noting
	cycle   *pipeline.Cycle
	item    *pipeline.Item
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t}
	d := &pipeline.Definition{Sources: [2]string{"pm", "erp"}, Fields: []pipeline.MappedField{{Name: "title", Fields: [2]string{"title", "title"}}}}
	r.cycle = &pipeline.Cycle{Definition: d, Sequential: true}
	link := &pipeline.Link{ID: "l"}
	for _, s := range pipeline.Sides() {
		r.systems[s] = memory.New(memory.Config{Name: s.String()})
		r.ends[s] = &noting{Endpoint: r.systems[s]}
		r.cycle.Endpoints[s] = r.ends[s]
		r.cycle.Types[s] = []pipeline.Field{{Name: "title", Type: pipeline.TypeText}}
		key, err := r.systems[s].Insert(pipeline.Values{"title": pipeline.Text("Chair"), "sku": pipeline.Text("not mapped")})
		if err != nil {
			t.Fatal(err)
		}
		link.Keys[s], link.Base[s] = key, pipeline.Values{"title": pipeline.Text("Chair")}
	}
	r.item = &pipeline.Item{Link: link, Keys: link.Keys}
	return r
}

func (r *rig) edit(s pipeline.Side, name, value string) {
	r.t.Helper()
	if err := r.systems[s].Edit(r.item.Keys[s], pipeline.Values{name: pipeline.Text(value)}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) run() {
	r.t.Helper()
	if err := fetch.New().Process(r.t.Context(), r.cycle, []*pipeline.Item{r.item}); err != nil {
		r.t.Fatal(err)
	}
}

// What is fetched: the side that changed and, only if that differs from its base or something is open, the
// other one.
func TestWhatIsFetched(t *testing.T) {
	for name, tc := range map[string]struct {
		set         func(r *rig)
		left, right bool
	}{
		"no hint": {func(*rig) {}, false, false},
		"a hint, and nothing changed": {
			func(r *rig) { r.item.Hinted[0] = true }, true, false,
		},
		"a change of what is not mapped": {
			func(r *rig) { r.item.Hinted[0] = true; r.edit(pipeline.Left, "sku", "B") }, true, false,
		},
		"left changed":  {func(r *rig) { r.item.Hinted[0] = true; r.edit(pipeline.Left, "title", "Stool") }, true, true},
		"right changed": {func(r *rig) { r.item.Hinted[1] = true; r.edit(pipeline.Right, "title", "Stool") }, true, true},
		"hints on both sides": {
			func(r *rig) { r.item.Hinted = [2]bool{true, true} }, true, true,
		},
		"a field without a base": {
			func(r *rig) { r.item.Hinted[0] = true; delete(r.item.Link.Base[0], "title") }, true, true,
		},
		"the hinted record is gone": {
			func(r *rig) {
				r.item.Hinted[0] = true
				if err := r.systems[0].Delete(r.item.Keys[0]); err != nil {
					r.t.Fatal(err)
				}
			}, true, true,
		},
		"in quarantine": {func(r *rig) { r.item.Hinted[0], r.item.Retry = true, &pipeline.Quarantined{ID: "q"} }, true, true},
		"a conflict is open": {
			func(r *rig) { r.item.Hinted[0], r.item.Open = true, map[string]pipeline.Conflict{"title": {}} }, true, true,
		},
		"the listing held the record": {
			func(r *rig) {
				r.item.Hinted[0] = true
				r.item.Records[0] = &pipeline.Record{Key: r.item.Keys[0], Fields: pipeline.Values{"title": pipeline.Text("Chair")}}
			}, false, false,
		},
		"the listing held it, changed": {
			func(r *rig) {
				r.item.Hinted[0] = true
				r.item.Records[0] = &pipeline.Record{Key: r.item.Keys[0], Fields: pipeline.Values{"title": pipeline.Text("Stool")}}
			}, false, true,
		},
		"a pair that is new":      {func(r *rig) { r.item.Link = nil }, true, true},
		"a record that is new":    {func(r *rig) { r.item.Link, r.item.Keys[1] = nil, "" }, true, false},
		"the policy was done for": {func(r *rig) { r.item.Hinted[0], r.item.Link.Gone[0] = true, true }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			tc.set(r)
			r.run()
			got := [2]bool{len(r.ends[0].asked) == 1, len(r.ends[1].asked) == 1}
			if d := cmp.Diff([2]bool{tc.left, tc.right}, got); d != "" {
				t.Errorf("fetched (-want +got):\n%s", d)
			}
		})
	}
}

// Only mapped fields are asked for, and a record goes to its own item.
func TestRecordsGoToTheirItems(t *testing.T) {
	r := newRig(t)
	var items []*pipeline.Item
	for _, title := range []string{"A", "B", "C"} {
		key, err := r.systems[pipeline.Left].Insert(pipeline.Values{"title": pipeline.Text(title)})
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, &pipeline.Item{Keys: [2]pipeline.Key{key, ""}})
	}
	gone := &pipeline.Item{Keys: [2]pipeline.Key{"999", ""}}
	if err := fetch.New().Process(t.Context(), r.cycle, append(items, gone)); err != nil {
		t.Fatal(err)
	}
	for i, title := range []string{"A", "B", "C"} {
		if d := cmp.Diff(pipeline.Values{"title": pipeline.Text(title)}, items[i].Records[0].Fields); d != "" {
			t.Errorf("record %s (-want +got):\n%s", title, d)
		}
	}
	if gone.Records[0] != nil || gone.Err != nil {
		t.Errorf("a record that is not there: %+v, %v", gone.Records[0], gone.Err)
	}
}

// A record that cannot be read fails its item alone; a side that cannot be read fails the stage.
func TestFailures(t *testing.T) {
	r := newRig(t)
	r.item.Hinted = [2]bool{true, true}
	r.ends[1].spoil = func(record *pipeline.Record) {
		record.Err = &pipeline.Error{Code: pipeline.CodeServerError, Message: "the record cannot be read"}
	}
	r.run()
	if r.item.Err == nil || r.item.Err.Code != pipeline.CodeServerError || r.item.Records[1] != nil {
		t.Errorf("the item: %v, record %v", r.item.Err, r.item.Records[1])
	}

	r = newRig(t)
	r.systems[0] = memory.New(memory.Config{Name: "left", Fault: memory.Once(memory.OpFetch, 1, memory.LoseAnswer)})
	r.cycle.Endpoints[0] = r.systems[0]
	r.item.Hinted[0] = true
	err := fetch.New().Process(t.Context(), r.cycle, []*pipeline.Item{r.item})
	var e *pipeline.Error
	if !errors.As(err, &e) || e.Class != pipeline.Transient || r.item.Err != nil {
		t.Errorf("a side that cannot be read: %v, item %v", err, r.item.Err)
	}
}

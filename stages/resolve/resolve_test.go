package resolve_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/stages/resolve"
	"github.com/tandem-sync/tandem/stages/transform"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// pair is one field of a linked pair: base and value of each side.
type pair struct {
	base, now [2]string // "" is no value
	noBase    bool
}

func text(s string) pipeline.Value { return pipeline.Text(s) }

func cycle(strategy pipeline.Strategy, writes [2]bool) *pipeline.Cycle {
	d := &pipeline.Definition{
		Name: "products", Sources: [2]string{"pm", "erp"}, Creates: [2]bool{true, true}, Removes: [2]bool{true, true},
		Deletes: pipeline.DeletesArchive,
		Fields: []pipeline.MappedField{{
			Name: "title", Fields: [2]string{"title", "name"}, Writes: writes, Strategy: strategy, Rule: "the rule", Required: true,
		}},
	}
	c := &pipeline.Cycle{Definition: d}
	for _, s := range pipeline.Sides() {
		c.About[s].Schema.Open = true
		c.Types[s] = []pipeline.Field{{Type: pipeline.TypeText}}
	}
	return c
}

func item(p pair, modified [2]time.Time) *pipeline.Item {
	it := &pipeline.Item{Keys: [2]pipeline.Key{"1", "2"}, Link: &pipeline.Link{ID: "l", Keys: [2]pipeline.Key{"1", "2"}}}
	for i, name := range []string{"title", "name"} {
		it.Records[i] = &pipeline.Record{Key: it.Keys[i], Fields: pipeline.Values{name: text(p.now[i])}, Modified: modified[i]}
		it.Link.Base[i] = pipeline.Values{"title": text(p.base[i])}
		if p.noBase {
			it.Link.Base[i] = pipeline.Values{}
		}
	}
	return it
}

// decide runs transform and resolve.
func decide(t *testing.T, c *pipeline.Cycle, it *pipeline.Item) {
	t.Helper()
	if err := transform.New().Process(t.Context(), c, []*pipeline.Item{it}); err != nil {
		t.Fatal(err)
	}
	if err := resolve.New().Process(t.Context(), c, []*pipeline.Item{it}); err != nil {
		t.Fatal(err)
	}
}

// TestField is the table of the design, line by line, and what the strategies make of it.
func TestField(t *testing.T) {
	both := [2]bool{true, true}
	manual := pipeline.Strategy{}
	wins := func(s pipeline.Side) pipeline.Strategy {
		return pipeline.Strategy{Kind: pipeline.StrategySide, Side: s}
	}
	latest := pipeline.Strategy{Kind: pipeline.StrategyLatest}
	at := func(left, right time.Duration) [2]time.Time { return [2]time.Time{noon.Add(left), noon.Add(right)} }
	for name, tc := range map[string]struct {
		pair     pair
		strategy pipeline.Strategy
		writes   [2]bool
		modified [2]time.Time
		want     pipeline.Verdict
		conflict bool
		left     string // what is written to the left; "-" for nothing
		right    string
	}{
		"nothing changed":            {pair{[2]string{"a", "a"}, [2]string{"a", "a"}, false}, manual, both, at(0, 0), "", false, "-", "-"},
		"each side has its own base": {pair{[2]string{"<b>a</b>", "a"}, [2]string{"<b>a</b>", "a"}, false}, manual, both, at(0, 0), "", false, "-", "-"},
		"left changed":               {pair{[2]string{"a", "a"}, [2]string{"b", "a"}, false}, manual, both, at(0, 0), pipeline.TakeLeft, false, "-", "b"},
		"right changed":              {pair{[2]string{"a", "a"}, [2]string{"a", "b"}, false}, manual, both, at(0, 0), pipeline.TakeRight, false, "b", "-"},
		"both changed alike":         {pair{[2]string{"a", "a"}, [2]string{"b", "b"}, false}, manual, both, at(0, 0), pipeline.Agree, false, "-", "-"},
		"left changed to what right held": {
			pair{[2]string{"x", "a"}, [2]string{"a", "a"}, false}, manual, both, at(0, 0), pipeline.Agree, false, "-", "-",
		},
		"both changed, manual":       {pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, manual, both, at(0, 0), pipeline.Wait, true, "-", "-"},
		"both changed, left wins":    {pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, wins(pipeline.Left), both, at(0, 0), pipeline.TakeLeft, true, "-", "b"},
		"both changed, right wins":   {pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, wins(pipeline.Right), both, at(0, 0), pipeline.TakeRight, true, "c", "-"},
		"latest: left is later":      {pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, latest, both, at(3*time.Second, 0), pipeline.TakeLeft, true, "-", "b"},
		"latest: right is later":     {pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, latest, both, at(0, 3*time.Second), pipeline.TakeRight, true, "c", "-"},
		"latest: within two seconds": {pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, latest, both, at(2*time.Second, 0), pipeline.Wait, true, "-", "-"},
		"latest: a time is unknown":  {pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, latest, both, [2]time.Time{noon, {}}, pipeline.Wait, true, "-", "-"},
		"direction holds left back":  {pair{[2]string{"a", "a"}, [2]string{"b", "a"}, false}, manual, [2]bool{true, false}, at(0, 0), pipeline.Hold, false, "-", "-"},
		"direction lets right":       {pair{[2]string{"a", "a"}, [2]string{"a", "b"}, false}, manual, [2]bool{true, false}, at(0, 0), pipeline.TakeRight, false, "b", "-"},
		"new field, same":            {pair{[2]string{}, [2]string{"a", "a"}, true}, manual, both, at(0, 0), pipeline.Agree, false, "-", "-"},
		"new field, differing":       {pair{[2]string{}, [2]string{"a", "b"}, true}, wins(pipeline.Right), both, at(0, 0), pipeline.TakeRight, true, "b", "-"},
		"new field, left empty":      {pair{[2]string{}, [2]string{"", "b"}, true}, wins(pipeline.Left), both, at(0, 0), pipeline.TakeRight, false, "b", "-"},
		"new field, right empty":     {pair{[2]string{}, [2]string{"a", ""}, true}, manual, both, at(0, 0), pipeline.TakeLeft, false, "-", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			it := item(tc.pair, tc.modified)
			decide(t, cycle(tc.strategy, tc.writes), it)
			if it.Err != nil {
				t.Fatal(it.Err)
			}
			got := pipeline.Decision{}
			if len(it.Decisions) > 0 {
				got = it.Decisions[0]
			}
			if got.Verdict != tc.want || got.Conflict != tc.conflict {
				t.Errorf("decided %q (conflict %v) by %q, want %q (%v)", got.Verdict, got.Conflict, got.Rule, tc.want, tc.conflict)
			}
			for i, want := range []string{tc.left, tc.right} {
				written := "-"
				if m := it.Mutations[i]; m != nil {
					written = m.Fields[[]string{"title", "name"}[i]].String()
				}
				if written != want {
					t.Errorf("%s: writes %q, want %q", pipeline.Side(i), written, want)
				}
			}
		})
	}
}

func TestSettledByHand(t *testing.T) {
	for name, tc := range map[string]struct {
		resolution  pipeline.Resolution
		left, right string
		want        pipeline.Verdict
	}{
		"left":  {pipeline.Resolution{Verdict: pipeline.TakeLeft, Seen: [2]pipeline.Value{text("b"), text("c")}}, "-", "b", pipeline.TakeLeft},
		"right": {pipeline.Resolution{Verdict: pipeline.TakeRight, Seen: [2]pipeline.Value{text("b"), text("c")}}, "c", "-", pipeline.TakeRight},
		"third": {pipeline.Resolution{Verdict: pipeline.TakeValue, Value: text("d"), Seen: [2]pipeline.Value{text("b"), text("c")}}, "d", "d", pipeline.TakeValue},
		"a side moved since it was shown": {
			pipeline.Resolution{Verdict: pipeline.TakeLeft, Seen: [2]pipeline.Value{text("b"), text("older")}}, "-", "-", pipeline.Wait,
		},
	} {
		t.Run(name, func(t *testing.T) {
			it := item(pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}, [2]time.Time{})
			it.Open = map[string]pipeline.Conflict{"title": {ID: "c1", Field: "title", Resolution: &tc.resolution}}
			decide(t, cycle(pipeline.Strategy{}, [2]bool{true, true}), it)
			if len(it.Decisions) != 1 || it.Decisions[0].Verdict != tc.want {
				t.Fatalf("decided %+v, want %s", it.Decisions, tc.want)
			}
			for i, want := range []string{tc.left, tc.right} {
				written := "-"
				if m := it.Mutations[i]; m != nil {
					written = m.Fields[[]string{"title", "name"}[i]].String()
				}
				if written != want {
					t.Errorf("%s: writes %q, want %q", pipeline.Side(i), written, want)
				}
			}
		})
	}
}

// TestGone is the part of the table about records that are not there.
func TestGone(t *testing.T) {
	type want struct {
		verdict pipeline.Verdict
		remove  bool
	}
	for name, tc := range map[string]struct {
		proven  [2]bool
		edited  bool // the survivor, the right side
		absent  [2]bool
		deletes pipeline.DeletePolicy
		removes bool
		gone    bool // carried out before
		want    want
	}{
		"not found is not gone":     {deletes: pipeline.DeletesArchive, removes: true, absent: [2]bool{true, false}, want: want{}},
		"gone, archive":             {proven: [2]bool{true, false}, deletes: pipeline.DeletesArchive, removes: true, absent: [2]bool{true, false}, want: want{pipeline.TakeLeft, true}},
		"gone, ignore":              {proven: [2]bool{true, false}, deletes: pipeline.DeletesIgnore, removes: true, absent: [2]bool{true, false}, want: want{pipeline.Hold, false}},
		"gone, direction":           {proven: [2]bool{true, false}, deletes: pipeline.DeletesArchive, absent: [2]bool{true, false}, want: want{pipeline.Hold, false}},
		"gone and edited":           {proven: [2]bool{true, false}, edited: true, deletes: pipeline.DeletesArchive, removes: true, absent: [2]bool{true, false}, want: want{pipeline.Wait, false}},
		"gone and carried out":      {proven: [2]bool{true, false}, deletes: pipeline.DeletesArchive, removes: true, absent: [2]bool{true, false}, gone: true, want: want{}},
		"both gone":                 {proven: [2]bool{true, true}, deletes: pipeline.DeletesArchive, removes: true, absent: [2]bool{true, true}, want: want{pipeline.Agree, false}},
		"both not found, one proof": {proven: [2]bool{true, false}, deletes: pipeline.DeletesArchive, removes: true, absent: [2]bool{true, true}, want: want{}},
	} {
		t.Run(name, func(t *testing.T) {
			now := "a"
			if tc.edited {
				now = "b"
			}
			it := item(pair{[2]string{"a", "a"}, [2]string{"a", now}, false}, [2]time.Time{})
			it.Proven, it.Absent = tc.proven, tc.absent
			it.Link.Gone[pipeline.Left] = tc.gone
			for _, s := range pipeline.Sides() {
				if tc.absent[s] {
					it.Records[s] = nil
				}
			}
			c := cycle(pipeline.Strategy{}, [2]bool{true, true})
			c.Definition.Deletes, c.Definition.Removes = tc.deletes, [2]bool{tc.removes, tc.removes}
			decide(t, c, it)
			got := want{}
			if len(it.Decisions) > 0 {
				got.verdict = it.Decisions[0].Verdict
			}
			got.remove = it.Mutations[pipeline.Right] != nil && it.Mutations[pipeline.Right].Kind == pipeline.Remove
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewRecord(t *testing.T) {
	c := cycle(pipeline.Strategy{}, [2]bool{true, true})
	make := func(name string) *pipeline.Item {
		return &pipeline.Item{
			Keys:    [2]pipeline.Key{"1", ""},
			Records: [2]*pipeline.Record{{Key: "1", Fields: pipeline.Values{"title": text(name)}}, nil},
		}
	}
	it := make("Table")
	decide(t, c, it)
	if m := it.Mutations[pipeline.Right]; m == nil || m.Kind != pipeline.Create || m.Fields["name"].String() != "Table" {
		t.Errorf("mutations %+v, err %v; want a creation on the right", it.Mutations, it.Err)
	}
	it = make("")
	decide(t, c, it)
	if it.Err == nil || it.Err.Code != pipeline.CodeFieldRequired {
		t.Errorf("a record without its required title: err %v, want %s", it.Err, pipeline.CodeFieldRequired)
	}
	c.Definition.Creates = [2]bool{true, false}
	it = make("Table")
	decide(t, c, it)
	if it.LeftOut == "" || it.Mutations[pipeline.Right] != nil {
		t.Errorf("the direction makes nothing on the right, but: %+v", it)
	}
}

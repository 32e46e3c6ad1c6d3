package resolve_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

// formula is an expression.
type formula func(*pipeline.Record) pipeline.Value

func (f formula) Apply(_ pipeline.Value, r *pipeline.Record) (pipeline.Value, error) {
	return f(r), nil
}

// reading is a cycle whose field is made for one side of what the other one holds in `source`, whatever it holds in
// the field itself.
func reading(strategy pipeline.Strategy, writes [2]bool, to pipeline.Side) *pipeline.Cycle {
	c := cycle(strategy, writes)
	f := &c.Definition.Fields[0]
	f.Carry[to] = formula(func(r *pipeline.Record) pipeline.Value { return r.Fields["source"] })
	f.Reads[to.Other()] = []string{"source"}
	return c
}

// sourced is a pair that agreed on `own` on the side that the field is computed from and on base on the other, when source
// was base too; now source and the other side's field are what they are.
func sourced(from pipeline.Side, base, source, other string) *pipeline.Item {
	var p pair
	p.base[from], p.now[from] = "own", "own"
	p.base[from.Other()], p.now[from.Other()] = base, other
	it := item(p, [2]time.Time{})
	it.Records[from].Fields["source"] = text(source)
	it.Link.Read[from] = pipeline.Readings{"title": {Given: map[string]pipeline.Digest{"source": pipeline.DigestOf(text(base))}}}
	return it
}

// TestComputed: in either direction, a side has changed where what its expression reads makes a difference.
func TestComputed(t *testing.T) {
	both := [2]bool{true, true}
	for name, tc := range map[string]struct {
		strategy      pipeline.Strategy
		writes        [2]bool
		source, other string
		noBase        bool
		want          pipeline.Verdict
		rule          string
		after         string // what the other side is to hold, "-" for nothing written there
		lost          bool   // the decision tells what was computed
	}{
		"nothing moved":                  {writes: both, source: "a", other: "a", after: "-"},
		"it moved":                       {writes: both, source: "b", other: "a", want: "take", rule: "computed anew: source changed on SIDE", after: "b"},
		"it moved to nothing":            {writes: [2]bool{true, true}, source: "", other: "a", want: "take", rule: "computed anew: source changed on SIDE", after: ""},
		"the other side was edited":      {writes: both, source: "a", other: "c", want: "back", rule: "changed on OTHER only", after: "-"},
		"both, to the same":              {writes: both, source: "b", other: "b", want: pipeline.Agree, rule: "both sides hold the same", after: "-"},
		"both":                           {writes: both, source: "b", other: "c", want: pipeline.Wait, rule: "the rule; computed anew: source changed on SIDE", after: "-", lost: true},
		"both, the computed side wins":   {strategy: pipeline.Strategy{Kind: pipeline.StrategySide}, writes: both, source: "b", other: "c", want: "take", rule: "the rule; computed anew: source changed on SIDE", after: "b", lost: true},
		"both, the other side wins":      {strategy: pipeline.Strategy{Kind: pipeline.StrategySide, Side: 1}, writes: both, source: "b", other: "c", want: "back", rule: "the rule; computed anew: source changed on SIDE", after: "-", lost: true},
		"no direction":                   {source: "b", other: "a", after: "-"},
		"no base, and the other differs": {writes: both, source: "b", other: "c", noBase: true, want: pipeline.Wait, rule: "the rule", after: "-", lost: true},
	} {
		for _, from := range pipeline.Sides() {
			t.Run(name+" from the "+from.String(), func(t *testing.T) {
				to := from.Other()
				strategy := tc.strategy
				if strategy.Kind == pipeline.StrategySide && from == pipeline.Right {
					strategy.Side = strategy.Side.Other()
				}
				c := reading(strategy, tc.writes, to)
				c.Definition.Fields[0].Required = false
				it := sourced(from, "a", tc.source, tc.other)
				if tc.noBase {
					it.Link.Base = [2]pipeline.Values{{}, {}}
				}
				decide(t, c, it)
				if it.Err != nil {
					t.Fatal(it.Err)
				}
				if tc.want == "" {
					if len(it.Decisions) > 0 {
						t.Errorf("decided %+v", it.Decisions)
					}
					return
				}
				d := it.Decisions[0]
				want := map[pipeline.Verdict]pipeline.Verdict{"take": pipeline.Taking(from), "back": pipeline.Taking(to)}[tc.want]
				if want == "" {
					want = tc.want
				}
				rule := strings.NewReplacer("SIDE", c.Definition.Sources[from], "OTHER", c.Definition.Sources[to]).Replace(tc.rule)
				if d.Verdict != want || d.Rule != rule {
					t.Errorf("decided %s by %q, want %s by %q", d.Verdict, d.Rule, want, rule)
				}
				if got := written(it, to); got != tc.after {
					t.Errorf("%q is written, want %q", got, tc.after)
				}
				if tc.lost != (d.Computed[from] != nil) || tc.lost && !d.Computed[from].Equal(text(tc.source)) || d.Computed[to] != nil {
					t.Errorf("computed is %v", d.Computed)
				}
			})
		}
	}
}

// written is what is written to a side, "-" for nothing.
func written(it *pipeline.Item, s pipeline.Side) string {
	if it.Mutations[s] == nil {
		return "-"
	}
	for _, v := range it.Mutations[s].Fields {
		return v.AsText()
	}
	return "-"
}

// What moved without making a difference is noted, and no longer looked at.
func TestComputedTheSame(t *testing.T) {
	c := reading(pipeline.Strategy{}, [2]bool{true, true}, pipeline.Right)
	c.Definition.Fields[0].Carry[pipeline.Right] = formula(func(*pipeline.Record) pipeline.Value { return text("always") })
	gave := func(agreed string) *pipeline.Item {
		it := sourced(pipeline.Left, agreed, "moved", agreed)
		r := it.Link.Read[pipeline.Left]["title"]
		r.Gave = pipeline.DigestOf(text("always"))
		it.Link.Read[pipeline.Left]["title"] = r
		return it
	}
	for name, it := range map[string]*pipeline.Item{
		"as it gave":                   gave("by hand"),
		"as the other side agreed on":  sourced(pipeline.Left, "always", "moved", "always"),
		"as it gave, and edited there": gave("by hand"),
	} {
		if name == "as it gave, and edited there" {
			it.Records[pipeline.Right].Fields["name"] = text("anew")
		}
		decide(t, c, it)
		if d := cmp.Diff([]string{"title"}, it.Reread[pipeline.Left]); d != "" || !it.Noted || len(it.Follows[pipeline.Left]) > 0 {
			t.Errorf("%s: noted %v, reread %v, follows %v", name, it.Noted, it.Reread, it.Follows)
		}
		if name != "as it gave, and edited there" && len(it.Decisions) > 0 || it.Mutations[pipeline.Right] != nil {
			t.Errorf("%s: decided %+v", name, it.Decisions)
		}
	}
}

// Of two records that hold nothing, one that is new to the field may make something for the other.
func TestComputedForANewPair(t *testing.T) {
	c := reading(pipeline.Strategy{}, [2]bool{true, true}, pipeline.Right)
	it := item(pair{noBase: true}, [2]time.Time{})
	it.Records[pipeline.Left].Fields["source"] = text("made")
	decide(t, c, it)
	if it.Mutations[pipeline.Right] == nil || !it.Mutations[pipeline.Right].Fields["name"].Equal(text("made")) {
		t.Errorf("decided %+v", it.Decisions)
	}
}

// computedTable is what becomes of a field that is computed for erp from others of pm.
func computedTable(t *testing.T) string {
	var table grid
	head := []string{"what pm's expression gives", "erp vs its base", "equal?"}
	for _, s := range settlings()[:3] {
		head = append(head, s.name)
	}
	table.row(head...)
	for _, c := range []struct{ gives, right, equal, source, other string }{
		{"the same", "same", "–", "a", "a"},
		{"something else", "same", "no", "b", "a"},
		{"the same", "changed", "no", "a", "c"},
		{"something else", "changed", "yes", "b", "b"},
		{"something else", "changed", "no", "b", "c"},
	} {
		row := []string{c.gives, c.right, c.equal}
		for _, s := range settlings()[:3] {
			row = append(row, decided(t, reading(s.strategy, [2]bool{true, true}, pipeline.Right), sourced(pipeline.Left, "a", c.source, c.other)))
		}
		table.row(row...)
	}
	return table.String()
}

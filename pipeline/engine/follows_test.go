package engine_test

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// formula is an expression that reads other fields.
type formula func(value pipeline.Value, r *pipeline.Record) pipeline.Value

func (f formula) Apply(v pipeline.Value, r *pipeline.Record) (pipeline.Value, error) {
	return f(v, r), nil
}

// slug is made of the title in lower case and, unless it has none, of the brand.
func slug(_ pipeline.Value, r *pipeline.Record) pipeline.Value {
	return pipeline.Text(strings.TrimSuffix(strings.ToLower(r.Fields["title"].AsText())+"/"+r.Fields["brand"].AsText(), "/"))
}

// computing is a rig whose field slug is computed for erp from title, which is mapped, and brand, which is not.
func computing(t *testing.T, strategy pipeline.Strategy) *rig {
	return newRig(t, func(s *rig) {
		s.def.Fields = append(s.def.Fields, pipeline.MappedField{
			Name: "slug", Fields: [2]string{"slug", "slug"}, Writes: [2]bool{true, true}, Source: "shop.hcl:9",
			Carry: [2]pipeline.Transform{nil, formula(slug)}, Reads: [2][]string{{"title", "brand"}, nil},
			Strategy: strategy, Rule: "strategy of slug",
		})
	})
}

func text(s string) pipeline.Value { return pipeline.Text(s) }

// onRight checks the slug of the only product.
func (s *rig) onRight(want string) {
	s.Helper()
	if got := s.record(pipeline.Right, "S-00").Fields["slug"]; !got.Equal(text(want)) {
		s.Errorf("the slug is %q, want %q", got, want)
	}
}

func TestFollows(t *testing.T) {
	s := computing(t, pipeline.Strategy{})
	s.fill(1)
	s.onRight("product s-00")

	// A mapped field that is read.
	s.edit(pipeline.Left, "S-00", pipeline.Values{"title": text("Tea")})
	changes, _, err := s.plan(false)
	if err != nil || len(changes) != 1 || len(changes[0].Fields) != 2 || changes[0].Fields[1].Rule != "computed anew: title changed on pm" {
		t.Errorf("the plan is %+v, %v", changes, err)
	}
	s.done(false)
	s.onRight("tea")
	s.quiet()

	// One that is not mapped.
	s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")})
	s.done(false)
	s.onRight("tea/acme")
	s.quiet()
	if e := s.events("update"); len(e[0].Fields) != 1 || e[0].Fields[0].Rule != "computed anew: brand changed on pm" {
		t.Errorf("the history tells %+v", e[0])
	}

	// One that makes no difference: nothing is written, and nothing is looked at again.
	writes := s.writes()
	s.edit(pipeline.Left, "S-00", pipeline.Values{"title": text("TEA"), "price": pipeline.Int(77)})
	s.done(false)
	s.onRight("tea/acme")
	if n := s.writes() - writes; n != 1 {
		t.Errorf("%d writes, want that of the title and the price alone", n)
	}
	s.quiet()

	// A title that comes from the other side: it is computed in the cycle after.
	s.edit(pipeline.Right, "S-00", pipeline.Values{"title": text("Green tea")})
	s.done(false)
	s.done(false)
	s.onRight("green tea/acme")
	s.quiet()
}

// What is made of a record that came from the other side, where that left the field empty, goes there.
func TestFollowsANewRecord(t *testing.T) {
	s := computing(t, pipeline.Strategy{})
	s.insert(pipeline.Right, "S-00", 10)
	s.done(false)
	s.done(false)
	s.holds("S-00", "slug", pipeline.Value{}, text("product s-00"))
	s.quiet()
}

// A slug that somebody edits by hand on the other side stays, also there, until what it is computed from is edited.
func TestFollowsAfterAnEdit(t *testing.T) {
	s := computing(t, pipeline.Strategy{})
	s.fill(1)
	s.edit(pipeline.Right, "S-00", pipeline.Values{"slug": text("my-tea")})
	s.done(false)
	s.holds("S-00", "slug", text("my-tea"), text("my-tea"))
	s.quiet()
	s.edit(pipeline.Left, "S-00", pipeline.Values{"price": pipeline.Int(5)})
	s.done(false)
	s.onRight("my-tea")
	s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")})
	s.done(false)
	s.holds("S-00", "slug", text("my-tea"), text("product s-00/acme"))
	s.quiet()
}

// What is computed anew against what somebody edited by hand is a conflict like any other.
func TestFollowsAgainstAnEdit(t *testing.T) {
	both := func(s *rig) {
		s.fill(1)
		s.edit(pipeline.Right, "S-00", pipeline.Values{"slug": text("by hand")})
		s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")})
		s.done(false)
	}
	t.Run("manual", func(t *testing.T) {
		s := computing(t, pipeline.Strategy{})
		both(s)
		c := s.conflict()
		if c.Rule != "strategy of slug; computed anew: brand changed on pm" || c.Computed[0] == nil || !c.Computed[0].Equal(text("product s-00/acme")) {
			t.Errorf("the conflict: %+v", c)
		}
		s.quiet()
		// Whoever decided upon one computed value has not decided upon the next.
		s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("fab")})
		s.settle(c, pipeline.TakeLeft, pipeline.Value{})
		s.done(false)
		s.onRight("by hand")
		s.settle(s.conflict(), pipeline.TakeLeft, pipeline.Value{})
		s.done(false)
		s.onRight("product s-00/fab")
		s.quiet()
	})
	t.Run("settled for the edit", func(t *testing.T) {
		s := computing(t, pipeline.Strategy{})
		both(s)
		s.settle(s.conflict(), pipeline.TakeRight, pipeline.Value{})
		s.done(false)
		s.holds("S-00", "slug", text("by hand"), text("by hand"))
		s.quiet()
	})
	t.Run("settled for the edit, which no direction carries", func(t *testing.T) {
		s := computing(t, pipeline.Strategy{})
		s.configure(func(d *pipeline.Definition) { d.Fields[len(d.Fields)-1].Writes[pipeline.Left] = false })
		both(s)
		s.settle(s.conflict(), pipeline.TakeRight, pipeline.Value{})
		s.done(false)
		s.holds("S-00", "slug", pipeline.Value{}, text("by hand"))
		if e := s.events("agree")[0]; e.By != "ann" || !strings.HasPrefix(e.Rule, "settled by hand; both stay as they are") {
			t.Errorf("the history tells %+v", e)
		}
		s.quiet()
		if all, _ := s.store.Conflicts(t.Context()); len(all) > 0 {
			t.Errorf("he is asked again: %+v", all)
		}
		s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("fab")})
		s.done(false)
		s.onRight("product s-00/fab")
	})
	t.Run("ends by itself", func(t *testing.T) {
		s := computing(t, pipeline.Strategy{})
		both(s)
		s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": {}})
		s.done(false)
		s.holds("S-00", "slug", text("by hand"), text("by hand"))
		s.quiet()
	})
	t.Run("left wins", func(t *testing.T) {
		s := computing(t, pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Left})
		both(s)
		s.onRight("product s-00/acme")
		s.quiet()
	})
	t.Run("right wins", func(t *testing.T) {
		s := computing(t, pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Right})
		both(s)
		s.holds("S-00", "slug", text("by hand"), text("by hand"))
		if c := s.events("update")[0].Fields[0].Computed[0]; c == nil || !c.Equal(text("product s-00/acme")) {
			t.Errorf("the history does not tell what lost: %v", c)
		}
		s.quiet()
	})
	t.Run("latest", func(t *testing.T) {
		s := computing(t, pipeline.Strategy{Kind: pipeline.StrategyLatest})
		s.fill(1)
		s.edit(pipeline.Right, "S-00", pipeline.Values{"slug": text("by hand")})
		s.now = s.now.Add(3e9)
		s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")})
		s.done(false)
		s.onRight("product s-00/acme")
		s.quiet()
	})
}

// A state of before knows nothing of what expressions read. Nothing is written because of that.
func TestFollowsInAStateThatIsOlder(t *testing.T) {
	s := computing(t, pipeline.Strategy{})
	s.fill(2)
	s.edit(pipeline.Right, "S-01", pipeline.Values{"slug": text("odd")})
	s.done(false)
	forget := func() {
		var links []*pipeline.Link
		if err := s.store.EachLink(t.Context(), func(l *pipeline.Link) error {
			l.Read = [2]pipeline.Readings{}
			links = append(links, l)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.store.Commit(t.Context(), pipeline.Commit{Links: links}); err != nil {
			t.Fatal(err)
		}
	}
	forget()
	s.quiet()
	s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")})
	s.done(false)
	s.onRight("product s-00/acme")
	// What is mapped is known from the base, also where no full pass came in between.
	forget()
	s.edit(pipeline.Left, "S-00", pipeline.Values{"title": text("Tea")})
	s.done(false)
	s.onRight("tea/acme")
	s.quiet()
}

// An expression that is changed in the configuration writes nothing by itself; what is edited then goes by the new one.
func TestFollowsAnotherExpression(t *testing.T) {
	s := computing(t, pipeline.Strategy{})
	s.fill(1)
	s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")}) // not carried yet
	upper := formula(func(v pipeline.Value, r *pipeline.Record) pipeline.Value {
		return text(strings.ToUpper(slug(v, r).AsText()) + r.Fields["origin"].AsText())
	})
	s.configure(func(d *pipeline.Definition) {
		d.Hash = "2"
		d.Fields[len(d.Fields)-1].Carry[pipeline.Right] = upper
		d.Fields[len(d.Fields)-1].Reads[pipeline.Left] = []string{"title", "brand", "origin"}
	})
	s.done(false)
	s.onRight("PRODUCT S-00/ACME")
	s.quiet()
	s.configure(func(d *pipeline.Definition) {
		d.Hash, d.Fields[len(d.Fields)-1].Carry[pipeline.Right] = "3", formula(slug)
	})
	s.quiet()
	s.edit(pipeline.Left, "S-00", pipeline.Values{"title": text("Tea")})
	s.done(false)
	s.onRight("tea/acme")
}

// An undo counts as agreed: what it wrote is followed by nothing.
func TestFollowsUndone(t *testing.T) {
	s := computing(t, pipeline.Strategy{})
	s.fill(1)
	undo := func(r pipeline.Report) {
		t.Helper()
		s.now = s.now.Add(60e9)
		if u := s.engine.Undo(t.Context(), r.Cycle, engine.Asked{By: "ann"}); u.Result != pipeline.ResultDone || u.Refused > 0 {
			t.Fatalf("the undo ended %+v", u)
		}
		s.quiet()
	}
	s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")})
	undo(s.done(false))
	s.onRight("product s-00")

	// One that waits to be computed anew would not last.
	s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("fab")})
	branded := s.done(false)
	s.edit(pipeline.Left, "S-00", pipeline.Values{"brand": text("acme")})
	var refused []string
	s.engine.Undo(t.Context(), branded.Cycle, engine.Asked{By: "ann", Refused: func(c pipeline.PlannedChange) error {
		refused = append(refused, c.Note)
		return nil
	}})
	if len(refused) != 1 || !strings.Contains(refused[0], "brand on pm, which slug is computed from, changed since") {
		t.Errorf("refused %q", refused)
	}
	s.done(false)
	s.onRight("product s-00/acme")

	s.edit(pipeline.Right, "S-00", pipeline.Values{"title": text("Tea")})
	titled := s.done(false)
	s.done(false)
	s.onRight("tea/acme")
	undo(titled)
	s.onRight("tea/acme")
}

// Two expressions against each other: what one gave does not come back through the other.
func TestFollowsBothWays(t *testing.T) {
	rate := func(r *pipeline.Record) pipeline.Value { return r.Fields["rate"] }
	s := newRig(t, func(s *rig) {
		s.def.Fields = append(s.def.Fields,
			pipeline.MappedField{Name: "rate", Fields: [2]string{"rate", "rate"}, Writes: [2]bool{true, true}, Source: "shop.hcl:8", Rule: "manual"},
			pipeline.MappedField{
				Name: "cost_price", Fields: [2]string{"cost_price", "cost_price"}, Writes: [2]bool{true, true}, Source: "shop.hcl:9", Rule: "manual",
				Carry: [2]pipeline.Transform{
					formula(func(v pipeline.Value, r *pipeline.Record) pipeline.Value {
						return pipeline.Number(v.AsNumber().DivRound(rate(r).AsNumber(), 2))
					}),
					formula(func(v pipeline.Value, r *pipeline.Record) pipeline.Value {
						return pipeline.Number(v.AsNumber().Mul(rate(r).AsNumber()).Round(2))
					}),
				},
				Reads: [2][]string{{"rate"}, {"rate"}},
			})
	})
	number := func(text string) pipeline.Value {
		v, err := pipeline.ParseNumber(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if _, err := s.systems[pipeline.Left].Insert(pipeline.Values{"title": text("Tea"), "sku": text("S-00"), "cost_price": number("10.01"), "rate": number("0.333")}); err != nil {
		t.Fatal(err)
	}
	s.done(false)
	s.holds("S-00", "cost_price", number("10.01"), number("3.33")) // and not 10.00
	s.quiet()
	s.edit(pipeline.Left, "S-00", pipeline.Values{"rate": number("0.444")})
	s.done(false)
	s.holds("S-00", "cost_price", number("10.01"), number("4.44"))
	s.quiet()
	s.edit(pipeline.Right, "S-00", pipeline.Values{"rate": number("0.5")})
	s.done(false)
	s.holds("S-00", "cost_price", number("8.88"), number("4.44"))
	s.quiet()
}

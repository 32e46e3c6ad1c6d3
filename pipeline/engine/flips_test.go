package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// fight lets an automation on each side insist on its own price, and runs a cycle after each.
func (s *rig) fight(rounds int) (writes int) {
	s.Helper()
	before := s.writes()
	for range rounds {
		for side, price := range []int64{10, 12} {
			if !s.record(pipeline.Side(side), "S-00").Fields["price"].Equal(pipeline.Int(price)) {
				s.edit(pipeline.Side(side), "S-00", pipeline.Values{"price": pipeline.Int(price)})
			}
			s.done(false)
		}
	}
	return s.writes() - before
}

// TestInvariant7Flips: two automations that fight over a field do not make Tandem write for ever: after
// four rounds the field waits, until somebody settles it, and then it counts anew.
func TestInvariant7Flips(t *testing.T) {
	s := newRig(t, nil)
	s.fill(2)
	if n := s.fight(10); n != pipeline.FlipTimes {
		t.Errorf("%d writes, want %d", n, pipeline.FlipTimes)
	}
	c := s.conflict()
	if !strings.HasPrefix(c.Rule, "flips:") || c.Field != "price" {
		t.Errorf("the conflict: %+v", c)
	}
	// It waits, however long.
	s.now = s.now.Add(24 * pipeline.FlipWindow)
	if n := s.fight(3); n != 0 {
		t.Errorf("%d writes while the field waits", n)
	}
	// Everything else of the record goes on.
	s.edit(pipeline.Left, "S-00", pipeline.Values{"title": pipeline.Text("another")})
	s.done(false)
	s.holds("S-00", "title", pipeline.Text("another"), pipeline.Text("another"))

	s.settle(s.conflict(), pipeline.TakeLeft, pipeline.Value{})
	s.done(false)
	s.holds("S-00", "price", pipeline.Int(10), pipeline.Int(10))
	if n := s.fight(10); n != pipeline.FlipTimes {
		t.Errorf("settled, it does not count anew: %d writes, want %d", n, pipeline.FlipTimes)
	}
	s.conflict()
}

// TestInvariant7FlipsEnd: a fight that ends by itself closes its conflict with a note.
func TestInvariant7FlipsEnd(t *testing.T) {
	s := newRig(t, nil)
	s.fill(1)
	s.fight(10)
	s.conflict()
	for _, side := range pipeline.Sides() {
		s.edit(side, "S-00", pipeline.Values{"price": pipeline.Int(99)})
	}
	s.done(false)
	if all, _ := s.store.Conflicts(t.Context()); len(all) > 0 {
		t.Errorf("both agree, but: %+v", all)
	}
	if e := s.events("close"); len(e) != 1 || !strings.Contains(e[0].Note, "ended by itself") {
		t.Errorf("the history: %+v", e)
	}
	s.quiet()
}

// TestConflictEnds: a conflict that both sides end by themselves closes with a note, whichever way.
func TestConflictEnds(t *testing.T) {
	price := func(n int64) pipeline.Values { return pipeline.Values{"price": pipeline.Int(n)} }
	for name, end := range map[string]func(s *rig){
		"they agree":     func(s *rig) { s.edit(pipeline.Right, "S-00", price(1)) },
		"one goes back":  func(s *rig) { s.edit(pipeline.Left, "S-00", price(10)) },
		"both go back":   func(s *rig) { s.edit(pipeline.Left, "S-00", price(10)); s.edit(pipeline.Right, "S-00", price(10)) },
		"on a third one": func(s *rig) { s.edit(pipeline.Left, "S-00", price(5)); s.edit(pipeline.Right, "S-00", price(5)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(t, nil)
			s.fill(1)
			s.edit(pipeline.Left, "S-00", price(1))
			s.edit(pipeline.Right, "S-00", price(2))
			s.done(false)
			s.conflict()
			end(s)
			s.done(false)
			if all, _ := s.store.Conflicts(t.Context()); len(all) > 0 {
				t.Errorf("it is still open: %+v", all)
			}
			if e := s.events("close"); len(e) != 1 || e[0].Note != "the conflict about price ended by itself" {
				t.Errorf("the history: %+v", e)
			}
			s.quiet()
		})
	}
}

// TestConflictIsSettled: with either side or a third value; the next cycle carries it out, once.
func TestConflictIsSettled(t *testing.T) {
	for name, tc := range map[string]struct {
		verdict pipeline.Verdict
		value   int64
	}{
		"left":  {pipeline.TakeLeft, 1},
		"right": {pipeline.TakeRight, 2},
		"third": {pipeline.TakeValue, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(t, nil)
			s.fill(1)
			s.edit(pipeline.Left, "S-00", pipeline.Values{"price": pipeline.Int(1)})
			s.edit(pipeline.Right, "S-00", pipeline.Values{"price": pipeline.Int(2)})
			s.done(false)
			s.settle(s.conflict(), tc.verdict, pipeline.Int(3))
			s.done(false)
			s.holds("S-00", "price", pipeline.Int(tc.value), pipeline.Int(tc.value))
			if e := s.events("update"); len(e) == 0 || e[0].By != "ann" {
				t.Errorf("the history does not name who settled it: %+v", e)
			}
			s.quiet()
		})
	}
}

// TestQuarantine: a record that fails waits longer and longer, and leaves by itself when it heals.
func TestQuarantine(t *testing.T) {
	s := newRig(t, func(s *rig) { s.configs[1].Unique = []string{"sku"}; s.def.Match = nil })
	s.insert(pipeline.Right, "S-00", 1)
	s.insert(pipeline.Left, "S-00", 2)
	s.insert(pipeline.Left, "S-01", 2)
	if r := s.done(false); r.Result != pipeline.ResultPartial || r.Quarantined != 1 {
		t.Fatalf("the cycle ended %s with %d in quarantine", r.Result, r.Quarantined)
	}
	s.record(pipeline.Right, "S-01") // one bad record holds nobody up
	var waits []string
	for range 6 {
		q := s.quarantined()
		waits = append(waits, q.NextTry.Sub(q.Last).String())
		if q.NextTry.After(s.now.Add(time.Minute)) {
			s.done(false)
			if again := s.quarantined(); again.Attempts != q.Attempts {
				t.Fatalf("it was tried before its time, at %s", s.now)
			}
			s.now = q.NextTry
		}
		s.done(false)
	}
	if got, want := strings.Join(waits, " "), "1m0s 5m0s 30m0s 2h0m0s 6h0m0s 6h0m0s"; got != want {
		t.Errorf("it waits %s, want %s", got, want)
	}
	q := s.quarantined()
	if q.Attempts != 7 || q.Code != pipeline.CodeDuplicate || q.Remedy == "" || !strings.Contains(q.Message, `erp already has the sku "S-00"`) {
		t.Errorf("the entry: %+v", q)
	}
	// Somebody asks for it at once.
	if n, err := s.store.RetryNow(t.Context(), []string{q.ID}, s.now); n != 1 || err != nil {
		t.Fatalf("retry: %d, %v", n, err)
	}
	s.done(false)
	if again := s.quarantined(); again.Attempts != 8 {
		t.Errorf("it was not tried again: %+v", again)
	}
	// It heals: on the side that does not fail, so only its time brings it back.
	s.edit(pipeline.Right, "S-00", pipeline.Values{"sku": pipeline.Text("other")})
	s.now = s.quarantined().NextTry
	if r := s.done(false); r.Quarantined != 0 || r.Result != pipeline.ResultDone {
		t.Errorf("the cycle ended %s with %d in quarantine", r.Result, r.Quarantined)
	}
	s.record(pipeline.Right, "S-00")
	if e := s.events("release"); len(e) != 1 || !strings.Contains(e[0].Note, fmt.Sprint(pipeline.CodeDuplicate)) {
		t.Errorf("the history: %+v", e)
	}
	s.quiet()
}

// TestQuarantineOfAnEditedRecord: a record that changed is worth a try before its time.
func TestQuarantineOfAnEditedRecord(t *testing.T) {
	s := newRig(t, func(s *rig) { s.configs[1].Unique = []string{"sku"}; s.def.Match = nil })
	s.insert(pipeline.Right, "S-00", 1)
	key := s.insert(pipeline.Left, "S-00", 2)
	s.done(false)
	s.done(false)
	if err := s.systems[pipeline.Left].Edit(key, pipeline.Values{"sku": pipeline.Text("S-02")}); err != nil {
		t.Fatal(err)
	}
	if r := s.done(false); r.Quarantined != 0 {
		t.Errorf("%d in quarantine", r.Quarantined)
	}
	s.record(pipeline.Right, "S-02")
	s.quiet()
}

// quarantined returns the only entry of the quarantine.
func (s *rig) quarantined() pipeline.Quarantined {
	s.Helper()
	all, err := s.store.Quarantined(s.Context())
	if err != nil || len(all) != 1 {
		s.Fatalf("%d in quarantine, %v; want 1: %+v", len(all), err, all)
	}
	return all[0]
}

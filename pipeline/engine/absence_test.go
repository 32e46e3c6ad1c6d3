package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// TestInvariant5Policies: only the second complete listing proves a record gone, and then the policy is
// carried out on its partner, whichever side it was removed from.
func TestInvariant5Policies(t *testing.T) {
	for _, missing := range pipeline.Sides() {
		for policy, tc := range map[pipeline.DeletePolicy]struct {
			there, active, linked bool
		}{
			pipeline.DeletesArchive: {there: true, active: false, linked: true},
			pipeline.DeletesIgnore:  {there: true, active: true, linked: true},
			pipeline.DeletesDelete:  {there: false, linked: false},
		} {
			t.Run(fmt.Sprintf("%s, removed on the %s", policy, missing), func(t *testing.T) {
				s := newRig(t, func(s *rig) { s.def.Deletes = policy })
				s.fill(5)
				survivor := missing.Other()
				s.remove(missing, "S-02")
				for _, full := range []bool{false, true, false} {
					s.done(full)
					if r := s.record(survivor, "S-02"); !r.Fields["active"].AsBool() {
						t.Fatalf("one listing (full %v) was enough to archive the partner", full)
					}
				}
				if l := s.link("S-02"); l.Missing[missing] == "" || l.Gone[missing] {
					t.Errorf("after one listing: %+v", l)
				}
				s.done(true)
				found := s.find(survivor, "S-02")
				if (len(found) == 1) != tc.there || tc.there && found[0].Fields["active"].AsBool() != tc.active {
					t.Errorf("the partner: %+v", found)
				}
				if l := s.link("S-02"); (l != nil) != tc.linked || l != nil && !l.Gone[missing] {
					t.Errorf("the link: %+v", l)
				}
				if n := len(s.find(missing, "S-02")); n > 0 {
					t.Errorf("the removed record was made anew, %d times", n)
				}
				s.quiet()
			})
		}
	}
}

// TestInvariant5Direction: where nothing may be removed, nothing is.
func TestInvariant5Direction(t *testing.T) {
	s := newRig(t, func(s *rig) { s.def.Removes[pipeline.Right] = false })
	s.fill(3)
	s.remove(pipeline.Left, "S-01")
	s.done(true)
	s.done(true)
	if !s.record(pipeline.Right, "S-01").Fields["active"].AsBool() {
		t.Error("the direction lets nothing through to the right, but the partner was archived")
	}
	s.quiet()
}

// TestInvariant5FailedListing: a listing that ends early says nothing, however often.
func TestInvariant5FailedListing(t *testing.T) {
	cut := false
	s := newRig(t, func(s *rig) {
		s.configs[0].BatchSize = 2
		s.configs[0].Fault = func(op string, _ int) memory.FaultKind {
			if cut && op == memory.OpList {
				return memory.CutListing
			}
			return memory.NoFault
		}
	})
	s.fill(8)
	cut = true
	for range 3 {
		if r := s.sync(true); r.Result != pipeline.ResultFailed || r.Error.Code != pipeline.CodeListingIncomplete {
			t.Fatalf("the cycle ended %s, %+v", r.Result, r.Error)
		}
	}
	err := s.store.EachLink(t.Context(), func(l *pipeline.Link) error {
		if l.Missing != [2]pipeline.CycleID{} {
			t.Errorf("a failed listing marked %v as missing", l.Keys)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cut = false
	s.quiet()
}

// TestInvariant5BackInTime: a record that one listing did not hold and the next one does was never gone.
func TestInvariant5BackInTime(t *testing.T) {
	hidden := false
	s := newRig(t, nil)
	s.fill(5)
	key := s.record(pipeline.Left, "S-01").Key
	s.ends[0] = &hiding{Endpoint: s.ends[0], hide: func(k pipeline.Key) bool { return hidden && k == key }}
	s.configure(func(*pipeline.Definition) {})
	for range 2 {
		hidden = true
		s.done(true)
		if n := s.missing(); n != 1 {
			t.Errorf("%d links are marked, want 1", n)
		}
		hidden = false
		s.done(true)
		if l := s.link("S-01"); l.Missing != [2]pipeline.CycleID{} || l.Gone != [2]bool{} {
			t.Errorf("it is there again, but: %+v", l)
		}
	}
	s.holds("S-01", "active", pipeline.Bool(true), pipeline.Bool(true))
}

// hiding shows some records to nobody.
type hiding struct {
	pipeline.Endpoint
	hide func(pipeline.Key) bool
}

func (h *hiding) List(ctx context.Context, fields []string, yield func([]pipeline.Change) error) (string, error) {
	return h.Endpoint.List(ctx, fields, func(changes []pipeline.Change) error {
		return yield(slices.DeleteFunc(slices.Clone(changes), func(c pipeline.Change) bool { return h.hide(c.Key) }))
	})
}

func (h *hiding) Fetch(ctx context.Context, keys []pipeline.Key, fields []string) ([]pipeline.Record, error) {
	return h.Endpoint.Fetch(ctx, slices.DeleteFunc(slices.Clone(keys), h.hide), fields)
}

// TestInvariant5Tombstone: a side that says so itself needs no second listing.
func TestInvariant5Tombstone(t *testing.T) {
	s := newRig(t, func(s *rig) { s.configs[0].Tombstones = true })
	s.fill(3)
	s.remove(pipeline.Left, "S-01")
	s.done(false)
	if s.record(pipeline.Right, "S-01").Fields["active"].AsBool() {
		t.Error("the partner of a record with a tombstone is not archived")
	}
	s.quiet()
}

// TestInvariant5ShortListing: a listing that holds far too little is a brake, before anything is marked.
func TestInvariant5ShortListing(t *testing.T) {
	for name, tc := range map[string]struct {
		linked, deleted int
		braked          bool
	}{
		"half of many":             {24, 12, false},
		"more than half of many":   {24, 13, true},
		"all of many":              {24, 24, true},
		"more than half of a few":  {19, 18, false},
		"all of a few":             {19, 19, true},
		"all of two":               {2, 2, true},
		"the only one":             {1, 1, false},
		"nothing, and none linked": {0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(t, nil)
			s.fill(tc.linked)
			s.less(tc.deleted)
			if !tc.braked {
				s.done(true)
				return
			}
			for range 3 {
				r := s.braked(pipeline.BrakeListing, true)
				if want := fmt.Sprintf("the listing of pm holds %d of the %d linked records", tc.linked-tc.deleted, tc.linked); !strings.Contains(r.Error.Message, want) {
					t.Errorf("%q does not say %q", r.Error.Message, want)
				}
			}
			if n := s.missing(); n > 0 {
				t.Errorf("%d links were marked by a short listing", n)
			}
			if _, totals, err := s.plan(true); err == nil || pipeline.AsError(err).Code != pipeline.CodeBraked || totals.BrakedBy == nil {
				t.Errorf("a plan over a short listing: %v", err)
			}
			s.done(false) // ordinary cycles need no listing

			// The shop was emptied indeed.
			s.approve()
			if r := s.done(false); !r.Full {
				t.Error("the cycle after the approval is no full pass")
			}
			if n := s.missing(); n != tc.deleted {
				t.Errorf("%d links are marked, want %d", n, tc.deleted)
			}
			s.done(true)
			archived := 0
			for _, r := range s.systems[1].Snapshot() {
				if !r.Fields["active"].AsBool() {
					archived++
				}
			}
			if archived != tc.deleted {
				t.Errorf("%d partners are archived, want %d", archived, tc.deleted)
			}
			s.quiet()
		})
	}
}

// TestInvariant5ShortListingApprovedOnce: what is absent beyond what was approved is braked again.
func TestInvariant5ShortListingApprovedOnce(t *testing.T) {
	s := newRig(t, nil)
	s.fill(24)
	s.less(13)
	s.braked(pipeline.BrakeListing, true)
	s.approve()
	for i := 13; i < 24; i++ {
		s.remove(pipeline.Left, fmt.Sprintf("S-%02d", i))
	}
	s.braked(pipeline.BrakeListing, true)
	if n := s.missing(); n != 0 {
		t.Errorf("%d links are marked, though 11 of the absences were never approved", n)
	}
	s.approve()
	s.done(true)
	if n := s.missing(); n != 24 {
		t.Errorf("%d links are marked, want all 24", n)
	}
}

// missing counts the links of which a record is marked as missing.
func (s *rig) missing() (n int) {
	s.Helper()
	err := s.store.EachLink(s.Context(), func(l *pipeline.Link) error {
		if l.Missing != [2]pipeline.CycleID{} {
			n++
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	return n
}

// TestInvariant6RemovedAndEdited: a removal against an edit waits for a person; either answer is carried
// out by the next cycle, an ordinary one.
func TestInvariant6RemovedAndEdited(t *testing.T) {
	for name, tc := range map[string]struct {
		missing pipeline.Side
		deletes pipeline.DeletePolicy
		take    func(missing pipeline.Side) pipeline.Verdict
		check   func(s *rig)
	}{
		"the removal wins, archive": {pipeline.Left, pipeline.DeletesArchive, pipeline.Taking, func(s *rig) {
			if s.record(pipeline.Right, "S-01").Fields["active"].AsBool() {
				s.Error("the survivor is not archived")
			}
		}},
		"the removal wins, delete": {pipeline.Right, pipeline.DeletesDelete, pipeline.Taking, func(s *rig) {
			if len(s.find(pipeline.Left, "S-01")) > 0 || s.link("S-01") != nil {
				s.Error("the survivor is not deleted, or still linked")
			}
		}},
		"the edit wins": {pipeline.Left, pipeline.DeletesDelete, func(s pipeline.Side) pipeline.Verdict { return pipeline.Taking(s.Other()) }, func(s *rig) {
			s.holds("S-01", "price", pipeline.Int(77), pipeline.Int(77))
			if l := s.link("S-01"); l == nil || l.Keys[0] != s.record(pipeline.Left, "S-01").Key || l.Gone != [2]bool{} || l.Missing != [2]pipeline.CycleID{} {
				s.Errorf("the link: %+v", l)
			}
		}},
		"the edit wins, the other way": {pipeline.Right, pipeline.DeletesArchive, func(s pipeline.Side) pipeline.Verdict { return pipeline.Taking(s.Other()) }, func(s *rig) {
			s.holds("S-01", "price", pipeline.Int(77), pipeline.Int(77))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(t, func(s *rig) { s.def.Deletes = tc.deletes })
			s.fill(3)
			survivor := tc.missing.Other()
			s.remove(tc.missing, "S-01")
			s.done(true)
			s.edit(survivor, "S-01", pipeline.Values{"price": pipeline.Int(77)})
			s.done(false)
			if all, _ := s.store.Conflicts(t.Context()); len(all) > 0 {
				t.Errorf("it is not proven gone, and a conflict already: %+v", all)
			}
			s.done(true)
			c := s.conflict()
			want := [2]pipeline.Value{}
			want[survivor] = pipeline.Object(map[string]pipeline.Value{"price": pipeline.Int(77)})
			if diff := cmp.Diff(want, c.Values); diff != "" || c.Field != "" || c.Link == "" {
				t.Errorf("the conflict shows the edit: %+v, %s", c, diff)
			}
			before := s.writes()
			s.done(true)
			s.done(false)
			if s.writes() != before {
				t.Error("a cycle wrote while the conflict waits")
			}
			s.settle(s.conflict(), tc.take(tc.missing), pipeline.Value{})
			s.done(false)
			tc.check(s)
			if all, _ := s.store.Conflicts(t.Context()); len(all) > 0 {
				t.Errorf("the conflict is still open: %+v", all)
			}
			s.quiet()
		})
	}
}

// TestInvariant6RemovedAndEditedAgain: an answer does not hold for an edit that whoever gave it did not see.
func TestInvariant6RemovedAndEditedAgain(t *testing.T) {
	s := newRig(t, func(s *rig) { s.def.Deletes = pipeline.DeletesDelete })
	s.fill(3)
	s.remove(pipeline.Left, "S-01")
	s.edit(pipeline.Right, "S-01", pipeline.Values{"price": pipeline.Int(77)})
	s.done(true)
	s.done(true)
	s.settle(s.conflict(), pipeline.TakeLeft, pipeline.Value{})
	s.edit(pipeline.Right, "S-01", pipeline.Values{"price": pipeline.Int(78)})
	s.done(true)
	if c := s.conflict(); c.Resolution != nil || c.Values[1].AsObject()["price"].String() != "78" {
		t.Errorf("the conflict is not asked anew: %+v", c)
	}
	s.record(pipeline.Right, "S-01")
}

// TestInvariant5ComesBack: a record that comes back, as itself or as another one of the same product, is
// linked with its partner again, whatever the policy has done to that meanwhile.
func TestInvariant5ComesBack(t *testing.T) {
	for _, missing := range pipeline.Sides() {
		for _, policy := range []pipeline.DeletePolicy{pipeline.DeletesArchive, pipeline.DeletesIgnore, pipeline.DeletesDelete} {
			t.Run(fmt.Sprintf("%s, on the %s", policy, missing), func(t *testing.T) {
				s := newRig(t, func(s *rig) { s.def.Deletes = policy })
				s.fill(4)
				old := s.record(missing.Other(), "S-01").Key
				s.remove(missing, "S-01")
				s.done(true)
				s.done(true)
				key := s.insert(missing, "S-01", 33)
				s.done(false)
				s.holds("S-01", "price", pipeline.Int(33), pipeline.Int(33))
				s.holds("S-01", "active", pipeline.Bool(true), pipeline.Bool(true))
				l := s.link("S-01")
				if l.Keys[missing] != key || l.Gone != [2]bool{} || l.Missing != [2]pipeline.CycleID{} {
					t.Errorf("the link: %+v, want %s on the %s", l, key, missing)
				}
				if policy != pipeline.DeletesDelete && l.Keys[missing.Other()] != old {
					t.Errorf("it is linked with %s, want the partner that was left, %s", l.Keys[missing.Other()], old)
				}
				if q, _ := s.store.Quarantined(t.Context()); len(q) > 0 {
					t.Errorf("in quarantine: %+v", q)
				}
				s.quiet()
				// And it is an ordinary pair again.
				s.edit(missing.Other(), "S-01", pipeline.Values{"price": pipeline.Int(44)})
				s.done(false)
				s.holds("S-01", "price", pipeline.Int(44), pipeline.Int(44))
			})
		}
	}
}

// TestInvariant5SameRecordComesBack: the record itself comes back, after its partner was archived.
func TestInvariant5SameRecordComesBack(t *testing.T) {
	hidden := true
	s := newRig(t, nil)
	s.fill(5)
	key := s.record(pipeline.Left, "S-01").Key
	s.ends[0] = &hiding{Endpoint: s.ends[0], hide: func(k pipeline.Key) bool { return hidden && k == key }}
	s.configure(func(*pipeline.Definition) {})
	s.done(true)
	s.done(true)
	if s.record(pipeline.Right, "S-01").Fields["active"].AsBool() {
		t.Fatal("the partner is not archived")
	}
	hidden = false
	s.done(true)
	s.holds("S-01", "active", pipeline.Bool(true), pipeline.Bool(true))
	if l := s.link("S-01"); l.Gone != [2]bool{} {
		t.Errorf("the link: %+v", l)
	}
	if e := s.events("link"); len(e) == 0 || e[0].Rule != "came back on pm" {
		t.Errorf("the history: %+v", e)
	}
	s.quiet()
}

// TestInvariant6ComesBackAndPartnerEdited: both were edited meanwhile, which is a conflict and stays one.
func TestInvariant6ComesBackAndPartnerEdited(t *testing.T) {
	s := newRig(t, func(s *rig) { s.def.Deletes = pipeline.DeletesIgnore })
	s.fill(3)
	s.remove(pipeline.Left, "S-01")
	s.done(true)
	s.done(true)
	s.edit(pipeline.Right, "S-01", pipeline.Values{"price": pipeline.Int(55)})
	s.done(false)
	s.done(true)
	if all, _ := s.store.Conflicts(t.Context()); len(all) > 0 {
		t.Errorf("with deletes = \"ignore\" the survivor lives on by itself, but: %+v", all)
	}
	s.insert(pipeline.Left, "S-01", 33)
	for range 3 {
		s.done(false)
		if c := s.conflict(); c.Field != "price" {
			t.Errorf("the conflict: %+v", c)
		}
		s.holds("S-01", "price", pipeline.Int(33), pipeline.Int(55))
	}
	s.settle(s.conflict(), pipeline.TakeRight, pipeline.Value{})
	s.done(false)
	s.holds("S-01", "price", pipeline.Int(55), pipeline.Int(55))
	s.quiet()
}

// TestInvariant5ComesBackTwice: two new records of one product are an ambiguity, not a coin to toss.
func TestInvariant5ComesBackTwice(t *testing.T) {
	s := newRig(t, nil)
	s.fill(3)
	s.remove(pipeline.Left, "S-01")
	s.done(true)
	s.done(true)
	s.insert(pipeline.Left, "S-01", 1)
	s.insert(pipeline.Left, "S-01", 2)
	s.done(false)
	q, err := s.store.Quarantined(t.Context())
	if err != nil || len(q) != 2 || q[0].Code != pipeline.CodeAmbiguousMatch {
		t.Errorf("quarantine: %+v, %v", q, err)
	}
	if n := len(s.find(pipeline.Right, "S-01")); n != 1 {
		t.Errorf("the right has %d records", n)
	}
}

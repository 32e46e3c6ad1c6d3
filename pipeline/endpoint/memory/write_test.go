package memory_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

func TestAloneIsVouchedForTruly(t *testing.T) {
	for _, vouch := range []bool{true, false} {
		var s *memory.System
		meddle := false
		s = memory.New(memory.Config{Vouch: vouch, OnWrite: func(op string, keys []pipeline.Key) {
			if meddle {
				if err := s.Edit(keys[0], pipeline.Values{"title": pipeline.Text("meddled with after " + op)}); err != nil {
					t.Error(err)
				}
			}
		}})
		created := s.Create(t.Context(), drafts("A"))[0]
		patch := []pipeline.Patch{{Key: created.Key, Fields: pipeline.Values{"title": pipeline.Text("ours")}}}
		updated := s.Update(t.Context(), patch)[0]
		if created.Alone != vouch || updated.Alone != vouch {
			t.Errorf("vouch %t: alone is %t after create, %t after update", vouch, created.Alone, updated.Alone)
		}
		meddle = true
		updated = s.Update(t.Context(), patch)[0]
		if updated.Alone || updated.Record.Fields["title"].AsText() != "meddled with after update" {
			t.Errorf("vouch %t: after somebody's edit in between the receipt is %+v", vouch, updated)
		}
	}
}

func TestCountsAreOfTheEndpointAlone(t *testing.T) {
	s := memory.New(memory.Config{Unique: []string{"sku"}})
	k := insert(t, s, product("shop"))
	if err := s.Edit(k, pipeline.Values{"title": pipeline.Text("edited")}); err != nil {
		t.Fatal(err)
	}
	made := s.Create(t.Context(), drafts("A", "shop"))[0].Key // the second is a duplicate
	s.Update(t.Context(), []pipeline.Patch{{Key: made, Fields: product("A")}, {Key: "99", Fields: product("B")}})
	s.Remove(t.Context(), []pipeline.Key{made, k}, pipeline.Archive)
	s.Remove(t.Context(), []pipeline.Key{made}, pipeline.Archive) // already is
	s.Remove(t.Context(), []pipeline.Key{made}, pipeline.Delete)
	s.Remove(t.Context(), []pipeline.Key{made}, pipeline.Delete) // already is
	want := memory.Counts{
		Calls:   map[string]int{memory.OpCreate: 1, memory.OpUpdate: 1, memory.OpRemove: 4},
		Created: 1, Updated: 1, Removed: 3,
	}
	got := s.Counts()
	if diff := cmp.Diff(want, got); diff != "" || got.Writes() != 5 {
		t.Errorf("%d writes, counts (-want +got):\n%s", got.Writes(), diff)
	}
	s.ResetCounts()
	if got := s.Counts(); got.Writes() != 0 || len(got.Calls) != 0 {
		t.Errorf("after a reset: %+v", got)
	}
}

// An update with the values that are there already moves the stamp, as on the real systems.
func TestEqualValuesMoveTheStamp(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: clock.now})
	k := insert(t, s, product("A"))
	before := read(t, s, k)
	clock.advance(time.Minute)
	s.Update(t.Context(), []pipeline.Patch{{Key: k, Fields: before.Fields}})
	if after := read(t, s, k); after.Stamp == before.Stamp {
		t.Errorf("the stamp is still %q", after.Stamp)
	}
}

func TestTooManyForOneCall(t *testing.T) {
	s := memory.New(memory.Config{BatchSize: 2})
	for _, r := range s.Create(t.Context(), drafts("A", "B", "C")) {
		if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeInternal {
			t.Errorf("a draft of three in a call of two: %v", r.Err)
		}
	}
	if _, err := s.Fetch(t.Context(), make([]pipeline.Key, 3), nil); err == nil {
		t.Error("a fetch of three in a call of two succeeded")
	}
	if got := held(s); got != nil {
		t.Errorf("the system holds %v", got)
	}
}

func TestSettleWithoutTokens(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: func() time.Time { return clock.now().Add(time.Hour) }, Local: clock.now})
	insert(t, s, product("A"))
	clock.advance(time.Minute)
	since := clock.now()
	twins := append(drafts("A"), drafts("A", "B")...)
	for i := range twins {
		twins[i].Since = since
	}
	made := s.Create(t.Context(), twins[:1])[0].Key
	keys, err := s.Settle(t.Context(), twins)
	if diff := cmp.Diff([]pipeline.Key{made, "", ""}, keys); diff != "" || err != nil {
		t.Errorf("one of two equal drafts was made: %v (-want +got):\n%s", err, diff)
	}
	blank := drafts("A")
	blank[0].Match = nil
	if keys, err := s.Settle(t.Context(), blank); err != nil || keys[0] != "" {
		t.Errorf("a draft that nothing identifies settles with %q, %v", keys, err)
	}
}

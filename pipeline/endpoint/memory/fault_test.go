package memory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

func drafts(skus ...string) []pipeline.Draft {
	var out []pipeline.Draft
	for _, sku := range skus {
		out = append(out, pipeline.Draft{Token: "t_" + sku, Fields: product(sku), Match: []string{"sku"}})
	}
	return out
}

// held returns the SKUs of the system, in the order of their making.
func held(s *memory.System) []string {
	var skus []string
	for _, r := range s.Snapshot() {
		skus = append(skus, r.Fields["sku"].AsText())
	}
	return skus
}

func TestFaultsOfWrites(t *testing.T) {
	for _, c := range []struct {
		name      string
		kind      memory.FaultKind
		class     pipeline.Class
		code      pipeline.Code
		maybeDone bool
		confirmed int
		held      []string
	}{
		{"refused", memory.Refuse, pipeline.Transient, pipeline.CodeConnectionRefused, false, 0, nil},
		{"lost before", memory.LoseRequest, pipeline.Transient, pipeline.CodeConnectionLost, true, 0, nil},
		{"lost after", memory.LoseAnswer, pipeline.Transient, pipeline.CodeConnectionLost, true, 0, []string{"A", "B", "C"}},
		{"lost in the middle", memory.LoseHalf, pipeline.Transient, pipeline.CodeConnectionLost, true, 0, []string{"A"}},
		{"failed in the middle", memory.FailHalf, pipeline.Transient, pipeline.CodeServerError, false, 1, []string{"A"}},
		{"rate limit", memory.SlowDown, pipeline.RateLimited, pipeline.CodeRateLimited, false, 0, nil},
		{"credentials", memory.DenyAccess, pipeline.Auth, pipeline.CodeAccessDenied, false, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := memory.New(memory.Config{KeepsTokens: true, RetryAfter: 7 * time.Second, Fault: memory.Once(memory.OpCreate, 1, c.kind)})
			receipts := s.Create(t.Context(), drafts("A", "B", "C"))
			if len(receipts) != 3 {
				t.Fatalf("%d receipts", len(receipts))
			}
			for i, r := range receipts {
				if i < c.confirmed {
					if r.Err != nil || r.Record == nil {
						t.Errorf("receipt %d: %+v, want a record", i, r)
					}
					continue
				}
				e := pipeline.AsError(r.Err)
				if e == nil || e.Class != c.class || e.Code != c.code || e.MaybeDone != c.maybeDone {
					t.Errorf("receipt %d: %+v", i, e)
				}
				if e != nil && (e.RetryAfter == 7*time.Second) != (c.kind == memory.SlowDown) {
					t.Errorf("receipt %d: retry after %v", i, e.RetryAfter)
				}
			}
			if diff := cmp.Diff(c.held, held(s)); diff != "" {
				t.Errorf("the system holds (-want +got):\n%s", diff)
			}
			if got := s.Counts(); got.Created != len(c.held) {
				t.Errorf("%d creations counted, want %d", got.Created, len(c.held))
			}
			for _, r := range s.Create(t.Context(), drafts("A", "B", "C")) { // the fault is over
				if r.Err != nil {
					t.Errorf("the second try: %v", r.Err)
				}
			}
			if got := held(s); len(got) != 3 {
				t.Errorf("after the second try the system holds %v", got)
			}
		})
	}
}

func TestFaultsOfReads(t *testing.T) {
	calls := map[string]func(context.Context, *memory.System) error{
		memory.OpDescribe: func(ctx context.Context, s *memory.System) error { return second(s.Describe(ctx)) },
		memory.OpFetch: func(ctx context.Context, s *memory.System) error {
			return second(s.Fetch(ctx, []pipeline.Key{"1"}, nil))
		},
		memory.OpFind: func(ctx context.Context, s *memory.System) error {
			return second(s.Find(ctx, "sku", []pipeline.Value{pipeline.Text("A")}, nil))
		},
		memory.OpList: func(ctx context.Context, s *memory.System) error {
			return second(s.List(ctx, nil, func([]pipeline.Change) error { return nil }))
		},
		memory.OpChanges: func(ctx context.Context, s *memory.System) error {
			return second(s.Changes(ctx, "", nil, func([]pipeline.Change) error { return nil }))
		},
		memory.OpSettle: func(ctx context.Context, s *memory.System) error { return second(s.Settle(ctx, drafts("A"))) },
	}
	for op, call := range calls {
		for kind, code := range map[memory.FaultKind]pipeline.Code{
			memory.Refuse: pipeline.CodeConnectionRefused, memory.LoseAnswer: pipeline.CodeConnectionLost,
			memory.LoseHalf: pipeline.CodeConnectionLost, memory.SlowDown: pipeline.CodeRateLimited, memory.DenyAccess: pipeline.CodeAccessDenied,
		} {
			s := memory.New(memory.Config{Findable: true, Fault: memory.Once(op, 2, kind)})
			if err := call(t.Context(), s); err != nil {
				t.Errorf("%s before the fault: %v", op, err)
			}
			if e := pipeline.AsError(call(t.Context(), s)); e == nil || e.Code != code || e.MaybeDone {
				t.Errorf("%s with fault %d: %+v, want the code %q", op, kind, e, code)
			}
			if err := call(t.Context(), s); err != nil {
				t.Errorf("%s after the fault: %v", op, err)
			}
		}
	}
}

func TestStaleReads(t *testing.T) {
	clock := newClock()
	s := memory.New(memory.Config{Now: clock.now, Fault: func(op string, n int) memory.FaultKind {
		if op == memory.OpFetch && n%2 == 0 {
			return memory.ReadStale
		}
		return memory.NoFault
	}})
	k := insert(t, s, product("A"))
	first := read(t, s, k)
	clock.advance(time.Minute)
	if stale := read(t, s, k); stale.Stamp != first.Stamp {
		t.Errorf("a record that never changed reads as %+v", stale)
	}
	if err := s.Edit(k, pipeline.Values{"title": pipeline.Text("edited")}); err != nil {
		t.Fatal(err)
	}
	if now := read(t, s, k); !now.Fields["title"].Equal(pipeline.Text("edited")) {
		t.Errorf("read %v", now.Fields)
	}
	stale := read(t, s, k)
	if diff := cmp.Diff(first.Fields, stale.Fields); diff != "" || stale.Stamp != first.Stamp {
		t.Errorf("the stale read (-first +stale, %q and %q):\n%s", first.Stamp, stale.Stamp, diff)
	}
	if err := s.Edit(k, pipeline.Values{"title": pipeline.Text("again")}); err != nil { // in the same second
		t.Fatal(err)
	}
	read(t, s, k)
	clock.advance(time.Minute)
	if stale := read(t, s, k); stale.Settled {
		t.Error("a stale read with the stamp of the true record is called settled")
	}
}

func TestCutListing(t *testing.T) {
	for _, records := range []int{0, 1, 2, 5} {
		s := memory.New(memory.Config{BatchSize: 2, Fault: memory.Once(memory.OpList, 1, memory.CutListing)})
		for i := range records {
			insert(t, s, product(string(rune('A'+i))))
		}
		seen := 0
		count := func(batch []pipeline.Change) error { seen += len(batch); return nil }
		_, err := s.List(t.Context(), nil, count)
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeListingIncomplete || e.Class != pipeline.Transient {
			t.Errorf("a listing of %d cut short: %v", records, err)
		}
		if seen != records/2 {
			t.Errorf("a listing of %d cut short gave %d", records, seen)
		}
		seen = 0
		if _, err := s.List(t.Context(), nil, count); err != nil || seen != records {
			t.Errorf("the next listing of %d gave %d, %v", records, seen, err)
		}
	}
}

// A process that dies in the middle of a call is a context that the fault hook, or OnWrite, cancels.
func TestCancelledByTheHooks(t *testing.T) {
	for name, c := range map[string]struct {
		early, maybeDone bool
		held             []string
	}{
		"before the effect": {early: true},
		"after the effect":  {maybeDone: true, held: []string{"A"}},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		s := memory.New(memory.Config{
			Fault: func(string, int) memory.FaultKind {
				if c.early {
					cancel()
				}
				return memory.NoFault
			},
			OnWrite: func(string, []pipeline.Key) { cancel() },
		})
		e := pipeline.AsError(s.Create(ctx, drafts("A"))[0].Err)
		if e == nil || !errors.Is(e, context.Canceled) || e.MaybeDone != c.maybeDone {
			t.Errorf("%s: %+v", name, e)
		}
		if diff := cmp.Diff(c.held, held(s)); diff != "" {
			t.Errorf("%s the system holds (-want +got):\n%s", name, diff)
		}
		cancel()
	}
}

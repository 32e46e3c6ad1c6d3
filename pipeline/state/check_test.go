package state

import (
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
)

// problems runs Check on a state in which everything of the sample is stored, after tamper.
func problems(t *testing.T, tamper func(tx *kv.Tx, k key) error) ([]string, []Inventory) {
	t.Helper()
	disk := vfs.NewMem()
	s := openState(t, Options{FS: disk})
	storeSample(t, openPipeline(t, s, sampleUniverse.Match...), schemaVersion)
	must(t, s.db.Update(t.Context(), func(tx *kv.Tx) error { return tamper(tx, pipelineKey("products")) }))
	var told []string
	inventory, err := s.Check(t.Context(), func(p Problem) error {
		told = append(told, p.Pipeline+": "+p.Message)
		return nil
	})
	must(t, err)
	return told, inventory
}

func TestCheckCounts(t *testing.T) {
	told, inventory := problems(t, func(*kv.Tx, key) error { return nil })
	if len(told) > 0 {
		t.Errorf("a sound state has problems: %q", told)
	}
	for i := range inventory {
		inventory[i].Indexes = min(inventory[i].Indexes, 1)
	}
	want := []Inventory{{
		Pipeline: "products", Links: 2, Unlinked: 1, Intents: 1, Conflicts: 1, Quarantined: 1, Events: 2, Reports: 1, Indexes: 1,
	}}
	if d := cmp.Diff(want, inventory); d != "" {
		t.Errorf("inventory (-want +got):\n%s", d)
	}
}

func TestCheckFinds(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(tx *kv.Tx, k key) error
		tells  []string
	}{
		"a link that cannot be read": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.table(tableLink).text("a"), []byte("x")) },
			[]string{"products: key", "a link is not as this version writes it"},
		},
		"a conflict that cannot be read": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.table(tableConflict).text("c1"), []byte("{")) },
			[]string{"c1", "cannot be read"},
		},
		"a position that cannot be read": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.single(singlePosition), []byte("7")) },
			[]string{"position", "cannot be read"},
		},
		"a link that the index does not have": {
			func(tx *kv.Tx, k key) error {
				return tx.Delete(k.table(tableByKey).side(pipeline.Left).text("p1").text("a"))
			},
			[]string{"has no entry", "p1"},
		},
		"a link without its match values": {
			func(tx *kv.Tx, k key) error {
				return tx.Delete(k.ownerKey(pipeline.Right, "sku", "TEA-1").text("41").text("a"))
			},
			[]string{"has no entry", "TEA-1", "41"},
		},
		"an entry without its link": {
			func(tx *kv.Tx, k key) error {
				return tx.Set(k.table(tableByKey).side(pipeline.Left).text("p9").text("z"), nil)
			},
			[]string{"p9", "not there"},
		},
		"an entry of another key than the link's": {
			func(tx *kv.Tx, k key) error {
				return tx.Set(k.table(tableByKey).side(pipeline.Left).text("p9").text("a"), nil)
			},
			[]string{"p9", "not so"},
		},
		"a match value of nobody": {
			func(tx *kv.Tx, k key) error {
				return tx.Set(k.ownerKey(pipeline.Right, "sku", "TEA-9").text("42").text(""), nil)
			},
			[]string{"TEA-9", "not so"},
		},
		"a conflict that its link does not know": {
			func(tx *kv.Tx, k key) error { return tx.Delete(k.table(tableConflictOf).text("a").text("c1")) },
			[]string{"c1", "has no entry"},
		},
		"quarantine by time": {
			func(tx *kv.Tx, k key) error { return tx.Delete(k.table(tableDue).time(noon()).text("q1")) },
			[]string{"q1", "has no entry"},
		},
		"quarantine by record": {
			func(tx *kv.Tx, k key) error {
				return tx.Set(k.table(tableFailedKey).side(pipeline.Left).text("p9").text("q1"), nil)
			},
			[]string{"p9", "not so"},
		},
		"history of a link": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.table(tableHistoryOf).text("b").number(1), nil) },
			[]string{"not so"},
		},
		"the number of links": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.single(singleLinks), []byte("7")) },
			[]string{"noted as 7, there are 2"},
		},
		"the number of events": {
			func(tx *kv.Tx, k key) error { return set(tx, k.single(singleHistory), historyRange{First: 1, Next: 9}) },
			[]string{"noted to have 8 events, there are 2"},
		},
		"an unknown table": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.table('Z').text("x"), nil) },
			[]string{"nothing of this kind"},
		},
		"an unknown single value": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.single("x"), nil) },
			[]string{"nothing of this name"},
		},
		"a key that is cut off": {
			func(tx *kv.Tx, k key) error { return tx.Set(k.table(tableByKey).side(pipeline.Left).raw('p'), nil) },
			[]string{"a key is not as this version writes it"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			told, _ := problems(t, c.tamper)
			if len(told) == 0 {
				t.Fatal("it finds nothing")
			}
			for _, text := range c.tells {
				if !strings.Contains(told[0], text) {
					t.Errorf("%q does not say %q", told, text)
				}
			}
			if len(told) > 1 {
				t.Errorf("one thing is wrong, %d problems are told: %q", len(told), told)
			}
		})
	}
}

// Whatever is stored, in whatever order: indexes and counters agree.
func TestCheckFindsNothingInWhatTheStoreWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := Open("state", Options{FS: vfs.NewMem(), Now: noon})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		match := rapid.SampledFrom([][]string{{"sku", "ean"}, {"sku"}, {}})
		for range rapid.IntRange(1, 3).Draw(t, "sessions") {
			st, err := s.Pipeline(t.Context(), "products", match.Draw(t, "match"))
			if err != nil {
				t.Fatal(err)
			}
			for range rapid.IntRange(0, 12).Draw(t, "steps") {
				_, _ = statetest.DrawStep(t).Do(t.Context(), st) // refusals are steps too
			}
		}
		if _, err := s.Check(t.Context(), func(p Problem) error { t.Errorf("%s", p.Message); return nil }); err != nil {
			t.Fatal(err)
		}
	})
}

func TestExport(t *testing.T) {
	s := openState(t, Options{FS: vfs.NewMem()})
	storeSample(t, openPipeline(t, s, sampleUniverse.Match...), schemaVersion)
	for _, history := range []bool{false, true} {
		var kinds []string
		must(t, s.Export(t.Context(), "products", history, func(r Row) error {
			switch {
			case r.Position != nil:
				kinds = append(kinds, "position "+r.Position.Cursors[1])
			case r.Identities != nil:
				kinds = append(kinds, "identities "+r.Identities[0])
			case r.Link != nil:
				kinds = append(kinds, "link "+string(r.Link.ID))
			case r.Unlinked != nil:
				kinds = append(kinds, "unlinked "+string(r.Unlinked.Key))
			case r.Intent != nil:
				kinds = append(kinds, "intent "+r.Intent.ID)
			case r.Conflict != nil:
				kinds = append(kinds, "conflict "+r.Conflict.ID)
			case r.Failed != nil:
				kinds = append(kinds, "failed "+r.Failed.ID)
			case r.Event != nil:
				kinds = append(kinds, "event "+r.Event.Kind)
			}
			return nil
		}))
		want := []string{"position c2", "identities tenant", "link a", "link b", "unlinked 42", "intent i1", "conflict c1", "failed q1"}
		if history {
			want = append(want, "event update", "event pause")
		}
		if d := cmp.Diff(want, kinds); d != "" {
			t.Errorf("history %v (-want +got):\n%s", history, d)
		}
	}
}

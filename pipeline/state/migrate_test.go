package state

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
)

var update = flag.Bool("update", false, "write the fixture of the present schema version")

// The fixtures, one per schema version, are states as a release wrote them: a line per key with its
// value, both quoted. The latest is made by storeSample, and by -update; once a release wrote it, it
// stays as it is.
func fixture(version int) string {
	return filepath.Join("testdata", fmt.Sprintf("schema-%d.txt", version))
}

var sampleUniverse = statetest.Universe{
	Keys: []pipeline.Key{"p1", "p2", "41", "42"}, Links: []pipeline.LinkID{"a", "b"},
	Match: []string{"ean", "sku"}, Texts: []string{"TEA-1", "TEA-2"}, Now: noon().Add(time.Hour),
}

// storeSample stores something of everything that a version knows.
func storeSample(t *testing.T, st pipeline.Store, version int) {
	t.Helper()
	var read [2]pipeline.Readings
	if version >= 2 {
		read[pipeline.Left] = pipeline.Readings{"slug": {Given: map[string]pipeline.Digest{"title": pipeline.DigestOf(pipeline.Text("Thé vert"))}, Gave: 7}}
	}
	ctx := t.Context()
	id, err := st.StartCycle(ctx, noon())
	must(t, err)
	side := pipeline.Right
	tea := pipeline.Values{"sku": pipeline.Text("TEA-1"), "title": pipeline.Text("Thé vert"), "price": pipeline.Int(7)}
	change := pipeline.FieldChange{Name: "price", Before: pipeline.Int(6), After: pipeline.Int(7), Rule: "latest"}
	event := pipeline.Event{At: noon(), Cycle: id, Link: "a", Keys: [2]pipeline.Key{"p1", "41"}, Kind: "update", Side: &side, Fields: []pipeline.FieldChange{change}}
	must(t, st.SetIdentities(ctx, [2]string{"tenant", "uuid"}))
	must(t, st.Intend(ctx, []pipeline.Intent{
		{ID: "i1", Kind: pipeline.Create, Side: side, Link: "b", Keys: [2]pipeline.Key{"p2", ""}, Draft: pipeline.Draft{Token: "i1", Fields: tea}, Cycle: id, At: noon()},
		{ID: "i2", Kind: pipeline.Update, Side: side, Link: "a", Mutation: pipeline.Mutation{Kind: pipeline.Update, Fields: tea}, Event: event, Cycle: id, At: noon()},
	}))
	must(t, st.Commit(ctx, pipeline.Commit{
		Links: []*pipeline.Link{
			{ID: "a", Keys: [2]pipeline.Key{"p1", "41"}, Base: [2]pipeline.Values{tea, tea}, Seen: [2]string{"v1", "v2"}, Missing: [2]pipeline.CycleID{"", id}, Gone: [2]bool{false, true}, Read: read, Created: noon(), Updated: noon()},
			{ID: "b", Keys: [2]pipeline.Key{"p2", ""}, Base: [2]pipeline.Values{tea, {}}},
		},
		Unlinked:  []pipeline.Unlinked{{Side: side, Key: "42", Match: map[string]string{"sku": "TEA-2"}, Why: "ambiguous", Seen: "v3"}},
		Intents:   []string{"i2"},
		Conflicts: []pipeline.Conflict{{ID: "c1", Link: "a", Keys: [2]pipeline.Key{"p1", "41"}, Match: tea, Field: "title", Values: [2]pipeline.Value{pipeline.Text("Thé"), pipeline.Text("Tea")}, Rule: "manual", Since: noon()}},
		Failed:    []pipeline.Quarantined{{ID: "q1", Keys: [2]pipeline.Key{"", "42"}, Code: pipeline.CodeAmbiguousMatch, Message: "pairs with two", Attempts: 1, Since: noon(), Last: noon(), NextTry: noon()}},
		History:   []pipeline.Event{event},
	}))
	must(t, st.Settle(ctx, "c1", pipeline.Resolution{Verdict: pipeline.TakeLeft, Seen: [2]pipeline.Value{pipeline.Text("Thé"), pipeline.Text("Tea")}, By: "ann", At: noon()}))
	must(t, st.MoveTo(ctx, pipeline.Position{Cursors: [2]string{"c1", "c2"}, Definition: "hash"}))
	must(t, st.SetBrake(ctx, &pipeline.Brake{Name: pipeline.BrakeUpdates, Cycle: id, Since: noon(), Message: "too many"}, pipeline.Fingerprints{{1}, {2}}, nil))
	must(t, st.SetPaused(ctx, &pipeline.Pause{By: "ann", At: noon(), Reason: "stocktaking"}, pipeline.Event{At: noon(), Kind: "pause", By: "ann", Note: "stocktaking"}))
	_, err = st.Scheduled(ctx, "every 5m", noon())
	must(t, err)
	_, err = st.PlanKey(ctx)
	must(t, err)
	must(t, st.PutReport(ctx, pipeline.Report{Pipeline: "products", Cycle: id, Result: pipeline.ResultDone, Started: noon()}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A state of any earlier release is opened with everything in it.
func TestOpensWhatReleasesWrote(t *testing.T) {
	for version := 1; version <= schemaVersion; version++ {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			model := statetest.NewModel(sampleUniverse.Match...)
			storeSample(t, model, version)
			want, err := statetest.Read(t.Context(), model, sampleUniverse)
			must(t, err)
			disk := vfs.NewMem()
			restore(t, disk, fixture(version))
			s := openState(t, Options{FS: disk})
			got, err := statetest.Read(t.Context(), openPipeline(t, s, sampleUniverse.Match...), sampleUniverse)
			must(t, err)
			if d := cmp.Diff(want, got, statetest.Equal()); d != "" {
				t.Errorf("the state differs (-want +got):\n%s", d)
			}
			names, err := s.Pipelines(t.Context())
			must(t, err)
			if d := cmp.Diff([]string{"products"}, names); d != "" {
				t.Error(d)
			}
		})
	}
}

// What the present code writes has the keys of its version's fixture: a change of schema.go without a new
// version would lose what is stored under the old keys.
func TestSchemaIsThatOfItsVersion(t *testing.T) {
	disk := vfs.NewMem()
	s := openState(t, Options{FS: disk, Random: strings.NewReader("the key of the fixture, 32 bytes")})
	storeSample(t, openPipeline(t, s, sampleUniverse.Match...), schemaVersion)
	must(t, s.Close())
	now := content(t, disk)
	if *update {
		var file strings.Builder
		for _, k := range slices.Sorted(maps.Keys(now)) {
			fmt.Fprintf(&file, "%q %q\n", k, now[k])
		}
		must(t, os.WriteFile(fixture(schemaVersion), []byte(file.String()), 0o644))
	}
	stored := readFixture(t, fixture(schemaVersion))
	for k := range stored {
		if _, ok := now[k]; !ok {
			t.Errorf("key %q of version %d is not written any more", k, schemaVersion)
		}
	}
	for k := range now {
		if _, ok := stored[k]; !ok {
			t.Errorf("key %q is not one of version %d: raise schemaVersion", k, schemaVersion)
		}
	}
}

// content returns every key of a state with its value.
func content(t *testing.T, disk vfs.FS) map[string]string {
	t.Helper()
	db, err := kv.Open("state", kv.Options{FS: disk})
	must(t, err)
	all := map[string]string{}
	must(t, db.Read(t.Context(), func(r *kv.Reader) error {
		return r.Scan(nil, nil, func(k, v []byte) error {
			all[string(k)] = string(v)
			return nil
		})
	}))
	must(t, db.Close())
	return all
}

func readFixture(t *testing.T, name string) map[string]string {
	t.Helper()
	file, err := os.Open(name)
	must(t, err)
	defer func() { _ = file.Close() }()
	all := map[string]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var k, v string
		_, err := fmt.Sscanf(lines.Text(), "%q %q", &k, &v)
		must(t, err)
		all[k] = v
	}
	must(t, lines.Err())
	return all
}

// restore makes a state with the content of a fixture.
func restore(t *testing.T, disk vfs.FS, name string) {
	t.Helper()
	write(t, disk, readFixture(t, name))
}

func write(t *testing.T, disk vfs.FS, content map[string]string) {
	t.Helper()
	db, err := kv.Open("state", kv.Options{FS: disk})
	must(t, err)
	must(t, db.Update(t.Context(), func(tx *kv.Tx) error {
		for k, v := range content {
			if err := tx.Set([]byte(k), []byte(v)); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, db.Close())
}

func TestMigrations(t *testing.T) {
	disk := vfs.NewMem()
	write(t, disk, map[string]string{"v": "1", "old": "x"})
	stop := errors.New("stopped")
	var calls []string
	all := []migration{
		{to: 2, last: func(tx *kv.Tx) error {
			calls = append(calls, "2")
			return tx.Set([]byte("two"), []byte("x"))
		}},
		{to: 3, run: func(ctx context.Context, db *kv.DB) error {
			calls = append(calls, "3")
			err := db.Update(ctx, func(tx *kv.Tx) error { return tx.Set([]byte("three"), []byte("x")) })
			return errors.Join(err, stop)
		}, last: func(tx *kv.Tx) error { return tx.Delete([]byte("old")) }},
	}
	open := func() error {
		s, err := Open("state", Options{FS: disk, migrations: all})
		if err == nil {
			err = s.Close()
		}
		return err
	}
	if err := open(); !errors.Is(err, stop) {
		t.Fatalf("got %v", err)
	}
	want := map[string]string{"v": "2", "old": "x", "two": "x", "three": "x"} // where it stopped
	if d := cmp.Diff(want, content(t, disk)); d != "" {
		t.Errorf("after the stop (-want +got):\n%s", d)
	}
	stop = nil
	must(t, open()) // begins step 3 again
	must(t, open()) // has nothing to do
	if d := cmp.Diff([]string{"2", "3", "3"}, calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	want = map[string]string{"v": "3", "two": "x", "three": "x"}
	if d := cmp.Diff(want, content(t, disk)); d != "" {
		t.Errorf("at the end (-want +got):\n%s", d)
	}
	disk = vfs.NewMem()
	must(t, open())
	if d := cmp.Diff(map[string]string{"v": "3"}, content(t, disk)); d != "" {
		t.Errorf("a new state (-want +got):\n%s", d)
	}
}

func TestVersionsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		content map[string]string
		code    pipeline.Code
		says    []string
	}{
		"newer":         {map[string]string{"v": "99"}, pipeline.CodeStateVersion, []string{`"state"`, "version 99", fmt.Sprint("version ", schemaVersion)}},
		"no version":    {map[string]string{"p": "x"}, pipeline.CodeStateDamaged, []string{`"state"`, "no version"}},
		"not a version": {map[string]string{"v": "one"}, pipeline.CodeStateDamaged, []string{`"one"`}},
		"version zero":  {map[string]string{"v": "0"}, pipeline.CodeStateDamaged, []string{`"0"`}},
	} {
		t.Run(name, func(t *testing.T) {
			disk := vfs.NewMem()
			write(t, disk, c.content)
			_, err := Open("state", Options{FS: disk})
			var e *pipeline.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Class != pipeline.Fatal {
				t.Fatalf("got %v", err)
			}
			for _, text := range c.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
			if d := cmp.Diff(c.content, content(t, disk)); d != "" { // and the directory is free again
				t.Errorf("it was changed (-want +got):\n%s", d)
			}
		})
	}
}

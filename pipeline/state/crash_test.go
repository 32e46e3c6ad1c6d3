package state

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
)

// crashes is a disk that notes what would be left of it if the machine lost power at a write, for some
// writes.
type crashes struct {
	vfs.FS
	disk *vfs.MemFS
	done atomic.Int64 // calls that returned

	mu     sync.Mutex
	random *rand.Rand
	every  int // one write in so many is noted
	left   []crash
}

type crash struct {
	disk *vfs.MemFS
	done int64 // calls that had returned
	op   errorfs.OpKind
}

func newCrashes(seed uint64, every int) *crashes {
	c := &crashes{disk: vfs.NewCrashableMem(), random: rand.New(rand.NewPCG(seed, 0)), every: every}
	c.FS = errorfs.Wrap(c.disk, errorfs.InjectorFunc(c.note))
	return c
}

func (c *crashes) note(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() == errorfs.OpIsRead {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.random.IntN(c.every) == 0 {
		done := c.done.Load() // before the clone: what returns meanwhile need not be in it
		left := c.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: c.random.IntN(3) * 50, RNG: c.random})
		c.left = append(c.left, crash{left, done, op.Kind})
	}
	return nil
}

// take returns what was noted so far and forgets it.
func (c *crashes) take() []crash {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := c.left
	c.left = nil
	return left
}

// bulk is a step with so much data that the store moves it from its log to tables.
func bulk(i int) statetest.Step {
	var c pipeline.Commit
	for j := range 4 {
		l := benchLink(i*4+j, 0)
		l.Base[pipeline.Left]["description"] = pipeline.Text(strings.Repeat(fmt.Sprint(i, j, " "), 1000))
		c.Links = append(c.Links, l)
	}
	return statetest.Step{Name: "bulk", Do: func(ctx context.Context, s pipeline.Store) (any, error) { return nil, s.Commit(ctx, c) }}
}

// Whatever the moment at which the machine stops: every call that returned is there, and a call that was
// under way is there whole or not at all. It is more than the contract asks.
func TestCrash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCrashes(rapid.Uint64().Draw(t, "seed"), 20)
		s, err := Open("state", Options{FS: c, Now: noon, memTable: 64 << 10})
		if err != nil {
			t.Fatal(err)
		}
		st, err := s.Pipeline(context.Background(), "products", []string{"sku"})
		if err != nil {
			t.Fatal(err)
		}
		model := statetest.NewModel("sku")
		after := []*statetest.Model{model.Clone()}
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			step := bulk(i)
			if rapid.IntRange(0, 3).Draw(t, "bulk") > 0 {
				step = statetest.DrawStep(t)
			}
			_, _ = step.Do(context.Background(), model) // Settle may find no conflict, in both
			after = append(after, model.Clone())
			_, _ = step.Do(context.Background(), st)
			c.done.Add(1)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, crash := range c.take() {
			recoverFrom(t, crash, after)
		}
	})
}

func recoverFrom(t *rapid.T, c crash, after []*statetest.Model) {
	s, err := Open("state", Options{FS: c.disk, Now: noon, memTable: 64 << 10})
	if err != nil {
		t.Fatalf("after a crash at operation %d: %v", c.op, err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	st, err := s.Pipeline(context.Background(), "products", []string{"sku"})
	if err != nil {
		t.Fatal(err)
	}
	got := dump(t, st)
	var differs string
	for _, model := range after[c.done:min(c.done+2, int64(len(after)))] {
		if differs = cmp.Diff(dump(t, model), got, statetest.Equal()); differs == "" {
			return
		}
	}
	t.Fatalf("after a crash at operation %d, with %d calls done, the store is none of what it may be (-want +got):\n%s", c.op, c.done, differs)
}

func dump(t interface{ Fatal(args ...any) }, s pipeline.Store) statetest.Dump {
	d, err := statetest.Read(context.Background(), s, statetest.StepUniverse("sku"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The index of match fields is built in steps; a crash between them must not leave half an index.
func TestCrashWhileIndexing(t *testing.T) {
	const step, links = 20, 50
	c := newCrashes(1, 2)
	s := openState(t, Options{FS: c, indexStep: step})
	st := openPipeline(t, s, "sku")
	var commit pipeline.Commit
	for i := range links {
		commit.Links = append(commit.Links, benchLink(i, 0))
	}
	if err := st.Commit(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	c.take()
	openPipeline(t, s, "ean")
	left := c.take()
	if len(left) < 3 {
		t.Fatalf("%d crashes are too few to tell", len(left))
	}
	for i, crash := range left {
		match := []string{"ean", "sku"}[i%2] // an edit of the configuration taken back, and not
		again := openPipeline(t, openState(t, Options{FS: crash.disk, indexStep: step}), match)
		for _, j := range []int{0, step, links - 1} {
			l := benchLink(j, 0)
			owners, err := again.Owners(t.Context(), pipeline.Left, match, []string{l.Base[pipeline.Left][match].String()})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string][]pipeline.Key{l.Base[pipeline.Left][match].String(): {l.Keys[pipeline.Left]}}
			if d := cmp.Diff(want, owners); d != "" {
				t.Errorf("crash %d, %s of link %d (-want +got):\n%s", i, match, j, d)
			}
		}
	}
}

// openState opens a state and closes it with the test.
func openState(t *testing.T, o Options) *State {
	t.Helper()
	o.Now, o.retry = noon, time.Millisecond
	s, err := Open("state", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func openPipeline(t *testing.T, s *State, match ...string) pipeline.Store {
	t.Helper()
	st, err := s.Pipeline(t.Context(), "products", match)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

package state

import (
	"context"
	"errors"
	"flag"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/statetest"
)

// TestMain bounds the time of the random tests; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	if err := flag.Lookup("rapid.checks").Value.Set("25"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// backend is a state on a disk in memory.
type backend struct {
	disk  vfs.FS
	state *State
}

func openBackend() (statetest.Backend, error) {
	b := &backend{disk: vfs.NewMem()}
	return b, b.open()
}

func (b *backend) open() (err error) {
	b.state, err = Open("state", Options{FS: b.disk, Now: noon, retry: time.Millisecond})
	return err
}

func (b *backend) Store(name string, match ...string) (pipeline.Store, error) {
	return b.state.Pipeline(context.Background(), name, match)
}

func (b *backend) Restart() error { return errors.Join(b.state.Close(), b.open()) }

func (b *backend) Close() error { return b.state.Close() }

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func TestContract(t *testing.T) { statetest.Run(t, openBackend) }

func TestContractRandomly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { statetest.RunRandom(t, openBackend) })
}

// The daemon lives on while the disk is full: cycles are told, people can look, and once there is room the
// next cycle goes on with everything that was confirmed.
func TestFullDisk(t *testing.T) {
	var full atomic.Bool
	mem := vfs.NewMem()
	disk := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if full.Load() && op.Kind.ReadOrWrite() == errorfs.OpIsWrite && op.Kind != errorfs.OpFileClose {
			return syscall.ENOSPC
		}
		return nil
	}))
	s := openState(t, Options{FS: disk})
	st := openPipeline(t, s, "sku")
	kept := benchCommit(0, 0)
	commit(t, st, kept)
	must(t, s.Err())
	full.Store(true)
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"commit", func() error { return st.Commit(t.Context(), benchCommit(benchBatch, 0)) }},
		{"intend", func() error { return st.Intend(t.Context(), []pipeline.Intent{{ID: "i"}}) }},
		{"move", func() error { return st.MoveTo(t.Context(), pipeline.Position{Definition: "x"}) }},
		{"start cycle", func() error { _, err := st.StartCycle(t.Context(), noon()); return err }},
		{"err", s.Err},
	} {
		var e *pipeline.Error
		if err := c.call(); !errors.As(err, &e) || e.Code != pipeline.CodeStateDisk || e.Class != pipeline.Fatal || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: got %v, want state_disk", c.name, err)
		}
	}
	n, err := st.CountLinks(t.Context())
	must(t, err)
	if n < len(kept.Links) {
		t.Errorf("%d links can be read while the disk is full", n)
	}
	full.Store(false)
	for deadline := time.Now().Add(10 * time.Second); s.Err() != nil; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal(s.Err())
		}
	}
	must(t, st.MoveTo(t.Context(), pipeline.Position{Definition: "y"}))
	must(t, s.Close())
	st = openPipeline(t, openState(t, Options{FS: mem}), "sku")
	links, err := st.LinksByID(t.Context(), []pipeline.LinkID{kept.Links[0].ID, kept.Links[benchBatch-1].ID})
	must(t, err)
	position, err := st.Position(t.Context())
	must(t, err)
	if len(links) != 2 || position.Definition != "y" {
		t.Errorf("%d of 2 links and position %v are left", len(links), position)
	}
}

func TestPipelines(t *testing.T) {
	s := openState(t, Options{FS: vfs.NewMem()})
	want := []string{"", "a", "a/b", "a\x00", "b"}
	for _, name := range want {
		if _, err := s.Pipeline(t.Context(), name, []string{"sku"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Pipelines(t.Context())
	must(t, err)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("pipelines (-want +got):\n%s", d)
	}
}

func TestBytes(t *testing.T) {
	s := openState(t, Options{FS: vfs.NewMem()})
	before, err := s.Bytes()
	must(t, err)
	commit(t, openPipeline(t, s), benchCommit(0, 0))
	after, err := s.Bytes()
	must(t, err)
	if after < before+50_000 {
		t.Errorf("%d bytes, and %d with 200 links", before, after)
	}
}

// A link that cannot be read is damage, told with its key, and not a missing link.
func TestDamagedLink(t *testing.T) {
	disk := vfs.NewMem()
	s := openState(t, Options{FS: disk})
	commit(t, openPipeline(t, s), benchCommit(0, 0))
	must(t, s.Close())
	write(t, disk, map[string]string{string(pipelineKey("products").table(tableLink).text("link00000007")): "nonsense"})
	st := openPipeline(t, openState(t, Options{FS: disk}))
	_, err := st.LinksByKey(t.Context(), pipeline.Left, []pipeline.Key{"pm7"})
	var e *pipeline.Error
	if !errors.As(err, &e) || e.Code != pipeline.CodeStateDamaged || !strings.Contains(err.Error(), "link00000007") {
		t.Errorf("got %v", err)
	}
}

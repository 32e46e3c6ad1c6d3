package simulation

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// trouble decides what goes wrong.
type trouble struct {
	*world
	quiet bool // nothing goes wrong
	// crashIn is how many calls of endpoints and state are left until the process dies; 0 is never.
	crashIn int
	crashed bool
}

var errCrashed = errors.New("the process has crashed")

// step counts towards the crash; true means that the process is dead.
func (t *trouble) step() bool {
	if t.crashed {
		return true
	}
	if t.crashIn > 0 {
		t.crashIn--
		if t.crashIn == 0 {
			t.crash()
		}
	}
	return t.crashed
}

// crash keeps what the disk would keep: all that was synced, and a random part of the rest. The choice has
// a source of its own, since how often it is asked depends on files that the store writes in the background.
func (t *trouble) crash() {
	t.crashed = true
	t.stats.Crashes++
	t.disk = t.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: t.rand.IntN(101), RNG: rand.New(rand.NewPCG(t.rand.Uint64(), 0))})
}

// onCall is asked by a system before each call.
func (t *trouble) onCall(_ pipeline.Side, op string) memory.FaultKind {
	dead := t.crashed
	if t.step() {
		switch {
		case !dead && t.kin.chance(30):
			return memory.LoseHalf // and the other side of the call with it
		case !dead && t.chance(50):
			return memory.LoseAnswer // it died between sending and hearing
		}
		return memory.Refuse
	}
	if t.quiet {
		return memory.NoFault
	}
	if !slices.Contains([]string{memory.OpUpdate, memory.OpCreate, memory.OpRename, memory.OpImage}, op) && t.chance(8) {
		// Anybody may act at any moment but one: between the last look and the write itself, in which images
		// are read, no system
		// without conditional writes can keep an edit of the same field from being overwritten, or the
		// same product from being made by a person and by Tandem.
		t.people.act()
	}
	if !t.chance(6) {
		return memory.NoFault
	}
	kind := pick(t.rand, memory.Refuse, memory.LoseRequest, memory.LoseAnswer, memory.LoseHalf, memory.FailHalf,
		memory.SlowDown, memory.DenyAccess, memory.CutListing)
	t.stats.Faults[kind]++
	return kind
}

// troubledStore is the state as a process sees it that may die at any call.
type troubledStore struct {
	pipeline.Store
	trouble *trouble
}

func (s *troubledStore) dead() error {
	if s.trouble.step() {
		return &pipeline.Error{Code: pipeline.CodeStateDisk, Class: pipeline.Fatal, Message: "dead", Cause: errCrashed}
	}
	return nil
}

// Intend may die before or after the intents are durable.
func (s *troubledStore) Intend(ctx context.Context, in []pipeline.Intent) error {
	if err := s.dead(); err != nil {
		return err
	}
	if err := s.Store.Intend(ctx, in); err != nil {
		return err
	}
	return s.dead()
}

// Commit may die before or after the commit.
func (s *troubledStore) Commit(ctx context.Context, c pipeline.Commit) error {
	if err := s.dead(); err != nil {
		return err
	}
	if err := s.Store.Commit(ctx, c); err != nil {
		return err
	}
	return s.dead()
}

// MoveTo may die before or after the position moved.
func (s *troubledStore) MoveTo(ctx context.Context, p pipeline.Position) error {
	if err := s.dead(); err != nil {
		return err
	}
	if err := s.Store.MoveTo(ctx, p); err != nil {
		return err
	}
	return s.dead()
}

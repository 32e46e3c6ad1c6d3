package simulation_test

import (
	"flag"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/engine/simulation"
)

var (
	seeds = flag.Int("seeds", 60, "how many seeds to play")
	kin   = flag.Int("families", 20, "how many worlds with families to play")
	form  = flag.Int("computed", 20, "how many worlds with computed fields to play")
	first = flag.Uint64("first", 1, "the first seed")
	goOn  = flag.Bool("all", false, "play all seeds, also after one that breaks an invariant")
	step  = flag.Uint64("step", 1, "to the next seed")
)

// TestReplay holds that a seed replays to the byte.
func TestReplay(t *testing.T) {
	for seed := range uint64(10) {
		first, err := simulation.Replay(t.Context(), seed+1)
		if err != nil {
			t.Fatal(err)
		}
		again, err := simulation.Replay(t.Context(), seed+1)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("seed %d ended otherwise when it was played again:\n%s", seed+1, diff)
		}
	}
}

// TestSimulation plays seeds and prints the ones that break an invariant: `-first SEED -seeds 1` plays
// one again, exactly.
func TestSimulation(t *testing.T) { play(t, *first, *step, *seeds) }

// TestFamilies plays worlds with families.
func TestFamilies(t *testing.T) { play(t, simulation.FamiliesFrom+3, 3, *kin) }

// TestComputed plays worlds with fields that are computed from others.
func TestComputed(t *testing.T) { play(t, simulation.ComputedFrom+*first, 1, *form) }

func play(t *testing.T, first, step uint64, seeds int) {
	t.Helper()
	var mu sync.Mutex
	var total simulation.Stats
	var wg sync.WaitGroup
	next := make(chan uint64)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := range next {
				stats, err := simulation.Run(t.Context(), seed, simulation.Mutant{})
				mu.Lock()
				total.Add(stats)
				mu.Unlock()
				if err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
		})
	}
	for i := range seeds {
		next <- first + uint64(i)*step
		if t.Failed() && !*goOn {
			break
		}
	}
	close(next)
	wg.Wait()
	t.Logf("%+v", total)
}

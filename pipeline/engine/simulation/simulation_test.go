package simulation_test

import (
	"flag"
	"runtime"
	"sync"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/engine/simulation"
)

var (
	seeds = flag.Int("seeds", 60, "how many seeds to play")
	first = flag.Uint64("first", 1, "the first seed")
)

// TestSimulation plays seeds and prints the ones that break an invariant: `-first SEED -seeds 1` plays
// one again, exactly.
func TestSimulation(t *testing.T) {
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
	for i := range *seeds {
		next <- *first + uint64(i)
		if t.Failed() {
			break
		}
	}
	close(next)
	wg.Wait()
	t.Logf("%+v", total)
}

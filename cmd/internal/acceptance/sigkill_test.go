package acceptance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// binary builds the real program once for the test.
func binary(t *testing.T, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tandem")
	args := append([]string{"build", "-o", path}, flags...)
	build := exec.Command("go", append(args, "github.com/tandem-sync/tandem/cmd/tandem")...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building tandem: %v\n%s", err, out)
	}
	return path
}

// TestInvariant3SIGKILL kills the real program at random moments of a load, both systems living on, and
// holds that nothing is doubled, nothing is missing, and that afterwards nothing is written.
func TestInvariant3SIGKILL(t *testing.T) {
	const kills = 50
	tandem := binary(t)
	w := newWorld(t, settings{odoo: odoosim.Config{
		Version: 16, Latency: func(string, string) time.Duration { return 3 * time.Millisecond },
	}})
	random := rand.New(rand.NewPCG(20261124, 50))
	w.load(t, made(400))
	w.inOdooOnly(t, 60)
	w.pm.Inject(pmsim.Fault{Kind: pmsim.FaultSlow, Times: pmsim.Always, Delay: 2 * time.Millisecond})
	killed, products := 0, 460
	for runs := 0; killed < kills; runs++ {
		if runs == 3*kills {
			t.Fatalf("only %d of %d runs were still going when they were killed: the load is too small", killed, runs)
		}
		if w.killAfter(t, tandem, time.Duration(random.IntN(700))*time.Millisecond) {
			killed++
			continue
		}
		w.load(t, madeFrom(products+1000, 40)) // it had come to its end: something new to do
		products += 40
	}
	t.Logf("killed %d times in the middle of a run, with %d products in the end", killed, products)
	w.pm.ClearFaults()
	w.runToEnd(t, tandem)
	before := w.writeCounts()
	w.runToEnd(t, tandem)
	if after := w.writeCounts(); before != after {
		t.Errorf("a cycle after everything was done wrote: %v became %v", before, after)
	}
	w.agree(t)
	if got, want := len(w.pm.Products()), products; got != want {
		t.Errorf("Products Manager has %d products, want %d", got, want)
	}
}

// killAfter starts a cycle and kills it; true if it was still running.
func (w *world) killAfter(t *testing.T, tandem string, after time.Duration) bool {
	t.Helper()
	run := exec.Command(tandem, "sync", "-c", w.dir)
	var out strings.Builder
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- run.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatalf("a cycle that nobody killed failed: %v\n%s", err, out.String())
		}
		return false
	case <-time.After(after):
		_ = run.Process.Signal(syscall.SIGKILL)
		err := <-done
		var exit *exec.ExitError
		return errors.As(err, &exit) && !exit.Exited()
	}
}

// runToEnd runs a cycle that must succeed.
func (w *world) runToEnd(t *testing.T, tandem string) {
	t.Helper()
	out, err := exec.Command(tandem, "sync", "-c", w.dir, "--full").CombinedOutput()
	if err != nil {
		t.Fatalf("the cycle after the kills failed: %v\n%s", err, out)
	}
}

// writeCounts is the number of writes that both systems have seen.
func (w *world) writeCounts() [2]int {
	return [2]int{w.pm.Counts().Writes(), w.sim.Stats().Changes()}
}

// inOdooOnly makes products that only Odoo has.
func (w *world) inOdooOnly(t *testing.T, n int) {
	t.Helper()
	values := make([]any, n)
	for i := range values {
		values[i] = map[string]any{"name": fmt.Sprintf("Odoo %d", i), "default_code": fmt.Sprintf("O-%04d", i), "list_price": 10.0}
	}
	if _, err := w.odoo.call("product.template", "create", values); err != nil {
		t.Fatal(err)
	}
}

func madeFrom(first, n int) []pmsim.Fields {
	all := made(first + n)
	return all[first:]
}

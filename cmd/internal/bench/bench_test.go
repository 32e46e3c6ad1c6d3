package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// world is both stand-ins with n products in Products Manager, and a configuration directory.
type world struct {
	ahead atomic.Int64 // how far both systems' clocks are ahead of this process's
	pm    *pmsim.Server
	odoo  *odoosim.Server
	dir   string
}

// fields are more of the mapping.
func newWorld(b *testing.B, n int, fields ...string) *world {
	b.Helper()
	w := &world{dir: b.TempDir()}
	now := func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }
	odoo, err := odoosim.New(odoosim.Config{Version: 18, Now: now})
	if err != nil {
		b.Fatal(err)
	}
	w.pm, w.odoo = pmsim.New(pmsim.Config{Now: now}), odoo
	for i := range n {
		if _, err := w.pm.Create(product(i)); err != nil {
			b.Fatal(err)
		}
	}
	pmURL, err := w.pm.Start()
	if err != nil {
		b.Fatal(err)
	}
	odooURL, err := odoo.Start()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = w.pm.Close(), odoo.Close() })
	text := fmt.Sprintf(`
daemon {
  state_dir = "state"
  listen    = "127.0.0.1:0"
  log { level = "error" }
}
source "products_manager" "pm" {
  url     = %q
  api_key = %q
  rate {
    read  = 1000000
    write = 1000000
  }
}
source "odoo" "erp" {
  url      = %q
  database = %q
  login    = %q
  api_key  = %q
}
pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  match = ["sku", "ean"]
  mapping {
    defaults = true
    field "price" {
      to_erp = round(value / 1.20, 2)
      to_pm  = round(value * 1.20, 2)
    }
%s  }
}
`, pmURL, pmsim.DefaultAPIKey, odooURL, odoo.Database(), odoosim.BotLogin, odoosim.BotKey, strings.Join(fields, ""))
	if err := os.WriteFile(filepath.Join(w.dir, "tandem.hcl"), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return w
}

func product(i int) pmsim.Fields {
	return pmsim.Fields{
		"title": fmt.Sprintf("Produit n° %d", i), "sku": fmt.Sprintf("P-%06d", i),
		"description": "Une description de deux ou trois lignes, comme les catalogues en ont : la matière, la taille, " +
			"l'entretien, et ce qui distingue l'article des autres. Lavable à 30°, repassage doux, coton biologique.",
		"category": fmt.Sprintf("Rayon %d/Étage %d", i%10, i%50), "price": json.Number(fmt.Sprintf("%d.%02d", 5+i%200, i%100)),
		"cost_price": json.Number("4.20"), "weight": json.Number("0.35"), "is_active": true, "status": "active",
	}
}

// open starts Tandem in this process.
func (w *world) open(b *testing.B) *app.App {
	b.Helper()
	cfg, diags := config.Load(w.dir, config.Options{Kinds: app.Kinds(), Getenv: os.LookupEnv})
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	a, err := app.New(b.Context(), cfg, app.Options{Version: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Stop(context.Background()) })
	return a
}

func cycle(b *testing.B, a *app.App, full bool) pipeline.Report {
	b.Helper()
	reports, err := a.Sync(b.Context(), web.SyncRequest{Full: full}, nil)
	if err != nil {
		b.Fatal(err)
	}
	if reports[0].Error != nil {
		b.Fatalf("%+v", *reports[0].Error)
	}
	return reports[0]
}

func (w *world) resetCounts() {
	w.pm.ResetCounts()
	w.odoo.ResetStats()
}

// BenchmarkCycles loads catalogues of two sizes, then measures an idle cycle, whose requests must not grow
// with the catalogue, and a full pass.
func BenchmarkCycles(b *testing.B) {
	for _, n := range []int{1000, 50_000} {
		b.Run(fmt.Sprintf("linked=%d", n), func(b *testing.B) {
			w := newWorld(b, n)
			a := w.open(b)
			if r := cycle(b, a, false); r.Writes["erp"].Create != n {
				b.Fatalf("the first load made %d products, want %d", r.Writes["erp"].Create, n)
			}
			// An hour later the load is out of every overlap.
			w.ahead.Store(int64(time.Hour))
			cycle(b, a, false)
			w.resetCounts()
			start := time.Now()
			cycle(b, a, false)
			b.ReportMetric(time.Since(start).Seconds()*1000, "idle-ms")
			pm, erp := w.pm.Counts().Total(), w.odoo.Stats().Total()
			b.ReportMetric(float64(pm), "idle-requests-pm")
			b.ReportMetric(float64(erp), "idle-requests-erp")
			if pm > 5 || erp > 5 {
				b.Errorf("an idle cycle sent %d requests to Products Manager and %d to Odoo, at most 5 each are allowed", pm, erp)
			}
			start = time.Now()
			if r := cycle(b, a, true); r.Writes["erp"].Total()+r.Writes["pm"].Total() != 0 {
				b.Errorf("a full pass wrote %v", r.Writes)
			}
			b.ReportMetric(float64(time.Since(start).Microseconds())/float64(n), "full-µs/record")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkComputed tells what it costs a full pass that expressions read other fields: the processor time of Tandem and
// both stand-ins, as a ratio to the same expressions that read nothing but their own value.
func BenchmarkComputed(b *testing.B) {
	const n, passes = 2000, 5
	worlds := map[string]*app.App{}
	for name, read := range map[string]string{"plain": "value", "reading": "record.title"} {
		w := newWorld(b, n, fmt.Sprintf(`    field "description" { to_erp = "${value} ${trimspace(%s)}" }
    field "sku" { to_erp = coalesce(value, %s) }
`, read, read))
		worlds[name] = w.open(b)
		cycle(b, worlds[name], false)
		w.ahead.Store(int64(time.Hour))
		cycle(b, worlds[name], true)
	}
	least := map[string]time.Duration{}
	for range passes {
		for _, name := range []string{"plain", "reading"} {
			before := processorTime(b)
			if r := cycle(b, worlds[name], true); r.Writes["erp"].Total()+r.Writes["pm"].Total() != 0 {
				b.Errorf("a full pass wrote %v", r.Writes)
			}
			if took := processorTime(b) - before; least[name] == 0 || took < least[name] {
				least[name] = took
			}
		}
	}
	b.ReportMetric(float64(least["plain"].Microseconds())/n, "plain-µs/record")
	b.ReportMetric(float64(least["reading"])/float64(least["plain"]), "reading/plain")
	b.ReportMetric(0, "ns/op")
}

// processorTime is what this process has taken until now.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkProcess runs the real program for a first load and a full pass and measures what the process
// takes: its own processor time and peak memory, without those of the stand-ins.
func BenchmarkProcess(b *testing.B) {
	tandem := filepath.Join(b.TempDir(), "tandem")
	if out, err := exec.Command("go", "build", "-o", tandem, "github.com/tandem-sync/tandem/cmd/tandem").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, n := range []int{2000, 50_000} {
		b.Run(fmt.Sprintf("products=%d", n), func(b *testing.B) {
			w := newWorld(b, n)
			for _, what := range []string{"load", "full"} {
				run := exec.Command(tandem, "sync", "-c", w.dir, "--full")
				var out strings.Builder
				run.Stdout, run.Stderr = &out, &out
				start := time.Now()
				if err := run.Start(); err != nil {
					b.Fatal(err)
				}
				peak := watchPeak(run.Process.Pid)
				if err := run.Wait(); err != nil {
					b.Fatalf("%v\n%s", err, out.String())
				}
				took := time.Since(start)
				cpu := run.ProcessState.UserTime() + run.ProcessState.SystemTime()
				b.ReportMetric(float64(cpu.Microseconds())/float64(n), what+"-cpu-µs/product")
				b.ReportMetric(float64(n)/took.Seconds(), what+"-products/s")
				b.ReportMetric(float64(<-peak)/1024, what+"-peak-MB")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// watchPeak sends the peak memory of a process, in kB, once it has ended. (The kernel's account of a child
// that has ended counts the parent's memory at the fork too.)
func watchPeak(pid int) <-chan int {
	peak := make(chan int, 1)
	go func() {
		last := 0
		for {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, rest, found := strings.Cut(string(status), "VmHWM:")
			if err != nil || !found {
				peak <- last
				return
			}
			if kb, err := strconv.Atoi(strings.Fields(rest)[0]); err == nil {
				last = kb
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return peak
}

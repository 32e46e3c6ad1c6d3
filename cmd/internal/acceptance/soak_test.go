package acceptance

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

const (
	// soakSpeed is how fast the clock of a soak goes: a day takes less than five minutes.
	soakSpeed    = 300
	soakLength   = 20 * time.Second // in the gate; TANDEM_TEST_SOAK=5m is a day
	soakProducts = 40
	// soakEvents is how much history is kept, so little that a soak fills it.
	soakEvents = 1000
	// soakSamples are taken in even distances. The first quarter is for warming up, the others are two halves.
	soakSamples = 16
)

// usage is what a daemon takes, beside processor time.
type usage struct{ goroutines, descriptors, heap, state float64 }

// soak is a daemon under everything that happens to it in months, with a clock that goes fast.
type soak struct {
	*world
	front *front
	app   *app.App
	start time.Time
	ctx   context.Context
	work  stdsync.WaitGroup
	calm  stdsync.RWMutex // held by all that happens; take has it alone

	mu   stdsync.Mutex
	done map[string]int // what happened, by its name
}

func (s *soak) now() time.Time { return s.start.Add(time.Since(s.start) * soakSpeed) }

// every does something again and again until the soak ends, with pauses that vary.
func (s *soak) every(pause time.Duration, do func(r *rand.Rand)) {
	seed := uint64(pause)
	s.work.Go(func() {
		r := rand.New(rand.NewPCG(seed, 1))
		for engine.Wait(s.ctx, pause/2+rand.N(pause)) == nil {
			s.calm.RLock()
			do(r)
			s.calm.RUnlock()
		}
	})
}

func (s *soak) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done[what]++
}

// TestSoak has people edit both sides, sometimes the same field, and settle conflicts; both systems call, fail and go
// away; the configuration changes, sometimes for the worse; pages, streams and scrapes come and go. What the daemon
// takes of goroutines, descriptors, memory and disk must not grow: its second half is held against the first.
func TestSoak(t *testing.T) {
	length := soakLength
	if text := os.Getenv("TANDEM_TEST_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal("TANDEM_TEST_SOAK is no length of time, as 5m: ", err)
		}
	}
	s := newSoak(t)
	var cancel context.CancelFunc
	s.ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	s.people()
	s.troubles()
	s.reloads(t)
	s.visitors(t)
	samples := make([]usage, soakSamples)
	for i := range samples {
		time.Sleep(length / soakSamples)
		samples[i] = s.take(t)
	}
	cancel()
	s.work.Wait()
	t.Logf("%v of %v passed: %v", (length * soakSpeed).Round(time.Minute), length, s.done)
	levels(t, samples)
	s.settles(t)
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	f := newFront(t)
	s := &soak{front: f, start: time.Now(), done: map[string]int{}}
	w := f.hears(settings{
		odoo: odoosim.Config{Version: 18, Now: s.now}, pm: pmsim.Config{Now: s.now, HookRetries: []time.Duration{50 * time.Millisecond, 200 * time.Millisecond}},
	})
	w.pipeline = `schedule {
    realtime = true
    every    = "10m"
    full     = "15 * * * *"
  }
  conflict {
    strategy = "erp"
    field "price" { strategy = "manual" }
  }`
	s.world = newWorld(t, w)
	s.load(t, made(soakProducts))
	load := func() (*config.Config, hcl.Diagnostics) {
		return config.Load(s.dir, config.Options{Kinds: app.Kinds(), Getenv: os.LookupEnv})
	}
	cfg, diags := load()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var err error
	s.app, err = app.New(t.Context(), cfg, app.Options{
		Version: "test", Load: load, HistoryEvents: soakEvents,
		Clock: app.Clock{Now: s.now, Sleep: func(ctx context.Context, d time.Duration) error { return engine.Wait(ctx, d/soakSpeed) }},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.app.Stop(context.Background()) })
	f.serve(t, s.app)
	register(t, s.app, pipeline.HookAbsent)
	s.sim.Automate(odoosim.Automations(f.URL + "/hooks/erp/" + hookSecret)...)
	return s
}

// people edit, and settle what waits for them.
func (s *soak) people() {
	ids := map[string]int64{}
	for _, p := range s.sim.Products() {
		ids[p.SKU] = p.ID
	}
	shop := s.sim.As(odoosim.ShopLogin)
	products := s.pm.Products()
	s.every(30*time.Millisecond, func(r *rand.Rand) {
		p := products[r.IntN(len(products))]
		if _, err := s.pm.Edit(p.ID, pmsim.Fields{"title": fmt.Sprint("Named ", r.IntN(1e6)), "weight": fmt.Sprint(1 + r.IntN(9))}); err == nil {
			s.count("edits in Products Manager")
		}
	})
	s.every(40*time.Millisecond, func(r *rand.Rand) {
		p := products[r.IntN(len(products))]
		if shop.Write("product.template", odoosim.Values{"name": fmt.Sprint("Called ", r.IntN(1e6)), "list_price": float64(1 + r.IntN(100))}, ids[p.Text("sku")]) == nil {
			s.count("edits in Odoo")
		}
	})
	s.every(200*time.Millisecond, func(r *rand.Rand) { // both sides of one product
		p := products[r.IntN(len(products))]
		_, _ = s.pm.Edit(p.ID, pmsim.Fields{"price": fmt.Sprint(100 + r.IntN(100))})
		_ = shop.Write("product.template", odoosim.Values{"list_price": float64(200 + r.IntN(100))}, ids[p.Text("sku")])
	})
	s.every(100*time.Millisecond, func(*rand.Rand) { s.settle(1) })
}

// settle settles conflicts, so many at most.
func (s *soak) settle(most int) {
	waiting, err := s.app.Conflicts(context.Background())
	if err != nil {
		return
	}
	for _, c := range waiting[:min(most, len(waiting))] {
		if _, err := s.app.Resolve(context.Background(), view.Resolve{ID: c.ID, Take: "erp", By: "anna"}); err == nil {
			s.count("conflicts settled")
		}
	}
}

// troubles has the sources fail now and then, and calls get lost.
func (s *soak) troubles() {
	s.every(400*time.Millisecond, func(r *rand.Rand) {
		kinds := []pmsim.Fault{
			{Kind: pmsim.FaultStatus, Status: http.StatusServiceUnavailable, Times: 3},
			{Kind: pmsim.FaultResetBefore},
			{Kind: pmsim.FaultResetAfter},
			{Kind: pmsim.FaultTruncated},
			{Kind: pmsim.FaultHTML, Times: 2},
			{Kind: pmsim.FaultStatus, Status: http.StatusTooManyRequests},
		}
		s.pm.Inject(kinds[r.IntN(len(kinds))])
		s.count("troubles")
	})
	s.every(400*time.Millisecond, func(r *rand.Rand) {
		effects := []odoosim.Effect{odoosim.DropBefore, odoosim.DropAfter, odoosim.BadGateway, odoosim.ServerError, odoosim.Truncate, odoosim.Conflict}
		end := s.sim.Order(odoosim.Rule{Effect: effects[r.IntN(len(effects))], Times: 2})
		_ = engine.Wait(s.ctx, 200*time.Millisecond)
		end()
		s.count("troubles")
	})
	s.every(4*time.Second, func(*rand.Rand) { // a source is away, and the calls of both are lost
		end := s.sim.Order(odoosim.Rule{Effect: odoosim.BadGateway})
		s.front.lost.Store(true)
		_ = engine.Wait(s.ctx, 500*time.Millisecond)
		s.front.lost.Store(false)
		end()
		s.pm.ClearFaults()
		_, _ = s.app.RegisterHook(context.Background(), "pm") // fails where the next trouble is there already
		s.count("outages")
	})
}

// reloads changes the configuration: its limits, its sources, and sometimes so that it cannot be read.
func (s *soak) reloads(t *testing.T) {
	file := filepath.Join(s.dir, "tandem.hcl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	n := 0
	s.every(time.Second, func(*rand.Rand) {
		n++
		text := good
		switch n % 4 {
		case 1:
			text = strings.Replace(good, `updates = "100%"`, fmt.Sprintf("updates = %d", 1000+n), 1)
		case 2:
			text = strings.Replace(good, "read  = 1000000", fmt.Sprint("read  = ", 1000000+n), 1)
		case 3:
			text = strings.Replace(good, "match =", "match", 1)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
		done, err := s.app.Reload(context.Background())
		if err != nil || done.OK != (n%4 != 3) {
			t.Errorf("reload %d: %+v, %v", n, done, err)
		}
		s.count("reloads")
	})
}

// visitors are pages that come, hear what goes on for a while and go, and a scrape.
func (s *soak) visitors(t *testing.T) {
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	get := func(ctx context.Context, path string) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.app.Address()+path, nil)
		if err != nil {
			t.Error(err)
			return
		}
		request.Header.Set("Authorization", "Bearer a-token")
		answer, err := client.Do(request)
		if err != nil {
			if ctx.Err() == nil {
				t.Errorf("%s: %v", path, err)
			}
			return
		}
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, answer.Status)
		}
		_, _ = io.Copy(io.Discard, answer.Body) // a stream ends with its context
		_ = answer.Body.Close()
		s.count(path)
	}
	paths := []string{"/", "/pipelines/products", "/conflicts", "/quarantine", "/history", "/sources", "/config", "/metrics", "/api/v1/status", "/api/v1/history"}
	s.every(100*time.Millisecond, func(r *rand.Rand) { get(context.Background(), paths[r.IntN(len(paths))]) })
	for range 3 {
		s.every(100*time.Millisecond, func(r *rand.Rand) {
			ctx, cancel := context.WithTimeout(s.ctx, time.Duration(r.IntN(500))*time.Millisecond)
			defer cancel()
			get(ctx, "/events")
		})
	}
}

// take measures in a moment in which nobody does anything, since what is under way is no growth, and after a collection.
func (s *soak) take(t *testing.T) usage {
	t.Helper()
	s.calm.Lock()
	defer s.calm.Unlock()
	comes(t, "a moment of calm", func() bool {
		status, err := s.app.Status(t.Context())
		return err == nil && status.Pipelines[0].Running == nil && status.Hooks[0].Waiting+status.Hooks[1].Waiting == 0
	})
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("descriptors cannot be counted here")
	}
	status, err := s.app.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return usage{float64(runtime.NumGoroutine()), float64(len(open)), float64(m.HeapAlloc) / 1e6, float64(status.StateBytes) / 1e6}
}

// levels holds the mean of the second half against that of the first.
func levels(t *testing.T, samples []usage) {
	t.Helper()
	samples = samples[len(samples)/4:]
	half := len(samples) / 2
	for _, m := range []struct {
		name  string
		of    func(usage) float64
		share float64 // that the second half may be larger
		more  float64 // and by so much in any case
		bound float64 // up to which it is no growth
	}{
		{"goroutines", func(u usage) float64 { return u.goroutines }, 0.1, 10, 0},
		{"descriptors", func(u usage) float64 { return u.descriptors }, 0.1, 10, 0},
		{"MB of heap", func(u usage) float64 { return u.heap }, 0.1, 3, 0},
		// Pebble keeps some 29 MB of logs and writes over them again: see TestSizeIsBounded of pipeline/state.
		{"MB of state", func(u usage) float64 { return u.state }, 0.1, 0, 35},
	} {
		var mean [2]float64
		var all []string
		for i, u := range samples {
			mean[i/half] += m.of(u) / float64(half)
			all = append(all, fmt.Sprintf("%.1f", m.of(u)))
		}
		t.Logf("%s: %.1f in the first half, %.1f in the second (%s)", m.name, mean[0], mean[1], strings.Join(all, " "))
		if mean[1] > max(m.bound, mean[0]*(1+m.share)+m.more) {
			t.Errorf("%s grow from %.1f to %.1f, more than %.0f%% and %.0f, and above %.0f", m.name, mean[0], mean[1], 100*m.share, m.more, m.bound)
		}
	}
}

// settles: after all of it both sides agree.
func (s *soak) settles(t *testing.T) {
	t.Helper()
	s.pm.ClearFaults()
	comes(t, "an end of all conflicts", func() bool {
		s.settle(soakProducts)
		_, _ = s.app.Retry(t.Context(), nil) // those that wait in quarantine, of which there may be none
		if _, err := s.app.Sync(t.Context(), web.SyncRequest{}, nil); err != nil {
			t.Fatal(err)
		}
		status, err := s.app.Status(t.Context())
		p := status.Pipelines[0]
		return err == nil && p.Conflicts == 0 && p.Quarantined == 0 && p.Running == nil && p.LastCycle.Result == pipeline.ResultDone
	})
	sync(t, s.app, true)
	sync(t, s.app, false)
	s.agree(t)
}

package productsmanager_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that moves when it is told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 24, 15, 50, 12, 300e6, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// shop is a Products Manager for one test, and what the endpoint did there.
type shop struct {
	*pmsim.Server
	url   string
	clock *clock
	// mediaHosts are where the media stores of the configuration are.
	mediaHosts []string

	mu       sync.Mutex
	observed map[string]int
}

func newShop(t testing.TB, config pmsim.Config) *shop {
	t.Helper()
	s := &shop{clock: newClock(), observed: map[string]int{}}
	config.Now = s.clock.now
	s.Server = pmsim.New(config)
	var err error
	if s.url, err = s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// open connects to the shop; change may alter the settings.
func (s *shop) open(t testing.TB, change func(*productsmanager.Settings)) pipeline.Endpoint {
	t.Helper()
	kind := productsmanager.Kind()
	settings := kind.Settings().(*productsmanager.Settings)
	settings.URL, settings.APIKey = s.url, pipeline.NewSecret(pmsim.DefaultAPIKey)
	settings.Rate = &productsmanager.Rate{Read: 1e6, Write: 1e6}
	if change != nil {
		change(settings)
	}
	end, err := kind.Open(settings, pipeline.Deps{
		Source: "pm", Logger: quiet(), Now: s.clock.now, MediaHosts: s.mediaHosts,
		Observe: func(operation string, _ time.Duration, _ error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.observed[operation]++
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = end.Close() })
	return end
}

// requests returns how many requests of each operation were sent since the last call.
func (s *shop) requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.observed
	s.observed = map[string]int{}
	return got
}

func (s *shop) countCategories(_ *testing.T, path string) int {
	n := 0
	for _, c := range s.Categories() {
		if c.Path == path {
			n++
		}
	}
	return n
}

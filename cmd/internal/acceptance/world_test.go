package acceptance

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// world is both systems and a configuration directory.
type world struct {
	dir  string
	pm   *pmsim.Server
	sim  *odoosim.Server // nil with a real Odoo
	odoo *shop           // Odoo as its users see it
}

// settings of a world; the zero value is right for most tests.
type settings struct {
	pm       pmsim.Config
	odoo     odoosim.Config
	name     string // of the pipeline; "products" unless set
	mapping  string // further lines of the mapping block; withVAT unless set
	pipeline string // further lines of the pipeline block
	erp      string // further lines of the Odoo source block
	pmSource string // further lines of the Products Manager source block
	blocks   string // further blocks
	daemon   string // further lines of the daemon block
	// before, if set, is called before each request to Odoo, with its body.
	before func(body string)
}

// withVAT is a mapping of prices with tax to prices without.
const withVAT = `
    field "price" {
      erp    = "list_price"
      to_erp = round(value / local.vat, 2)
      to_pm  = round(value * local.vat, 2)
    }`

// newWorld starts both stand-ins and writes a configuration.
func newWorld(t *testing.T, s settings) *world {
	t.Helper()
	sim, err := odoosim.New(s.odoo)
	if err != nil {
		t.Fatal(err)
	}
	address, err := sim.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	if s.before != nil {
		address = proxied(t, address, s.before)
	}
	w := newWorldAt(t, s, access{URL: address, Database: sim.Database(), Login: odoosim.BotLogin, Key: odoosim.BotKey})
	w.sim = sim
	return w
}

// access is how to reach an Odoo.
type access struct{ URL, Database, Login, Key string }

func newWorldAt(t *testing.T, s settings, erp access) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "tandem-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w := &world{dir: dir, pm: pmsim.New(s.pm), odoo: newShop(t, erp)}
	address, err := w.pm.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.pm.Close() })
	text := fmt.Sprintf(`
daemon {
  state_dir = %q
  listen    = "127.0.0.1:0"
  log { level = "warn" }
  %s
}
locals {
  vat = 1.20
}
source "products_manager" "pm" {
  url     = %q
  api_key = %q
  rate {
    read  = 1000000
    write = 1000000
  }
  %s
}
source "odoo" "erp" {
  url      = %q
  database = %q
  login    = %q
  api_key  = %q
  %s
}
pipeline %q {
  left  = source.products_manager.pm
  right = source.odoo.erp
  match = ["sku", "ean"]
  mapping {
    defaults = true
    %s
  }
  limits { updates = "100%%" }
  %s
}
%s
`, filepath.Join(dir, "state"), s.daemon, address, pmsim.DefaultAPIKey, s.pmSource, erp.URL, erp.Database, erp.Login, erp.Key, s.erp, cmp.Or(s.name, "products"), cmp.Or(s.mapping, withVAT), s.pipeline, s.blocks)
	if err := os.WriteFile(filepath.Join(dir, "tandem.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// start opens the configuration in this process.
func (w *world) start(t testing.TB) *app.App {
	t.Helper()
	return w.startAt(t, nil)
}

// startAt starts it with a clock of its own; nil is the machine's.
func (w *world) startAt(t testing.TB, now func() time.Time) *app.App {
	t.Helper()
	cfg, diags := config.Load(w.dir, config.Options{Kinds: app.Kinds(), Getenv: os.LookupEnv})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	a, err := app.New(t.Context(), cfg, app.Options{Version: "test", Clock: app.Clock{Now: now}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(context.Background()) })
	return a
}

// sync runs one cycle, which must not fail.
func sync(t testing.TB, a *app.App, full bool) pipeline.Report {
	t.Helper()
	start := time.Now()
	reports, err := a.Sync(t.Context(), web.SyncRequest{Full: full}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := reports[0]
	if r.Error != nil {
		t.Fatalf("the cycle failed: %+v", *r.Error)
	}
	t.Logf("cycle: full %v, seen %v, writes %v, conflicts %v, quarantined %d, %s", r.Full, r.Seen, r.Writes, r.Conflicts, r.Quarantined, time.Since(start).Round(time.Millisecond))
	return r
}

// writes is the number of writes that a report tells.
func writes(r pipeline.Report) int {
	n := 0
	for _, w := range r.Writes {
		n += w.Total()
	}
	return n
}

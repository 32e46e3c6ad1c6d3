package browser

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

const (
	token    = "PLANTED-dashboard-token"
	template = "product.template"
	main     = "catalogue"                                            // the pipeline that does the work
	broken   = "place-de-marché-européenne-à-fuseaux-horaires-divers" // whose Odoo nobody answers for
	braked   = "soldes"
)

// world is both systems and the daemon between them.
type world struct {
	pm  *pmsim.Server
	erp *odoosim.Server
	app *app.App
	url string
	dir string
	// held, if set, is closed to let Odoo answer again.
	held atomic.Pointer[chan struct{}]
}

// newWorld starts all of it, with thirty products in Products Manager, and runs a first cycle.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{pm: pmsim.New(pmsim.Config{})}
	var err error
	if w.dir, err = os.MkdirTemp("", "tandem-"); err != nil { // short enough for a socket
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(w.dir) })
	w.erp, err = odoosim.New(odoosim.Config{Latency: func(string, string) time.Duration {
		if held := w.held.Load(); held != nil {
			<-*held
		}
		return 0
	}})
	if err != nil {
		t.Fatal(err)
	}
	pm, err := w.pm.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.pm.Close() })
	erp, err := w.erp.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.erp.Close() })
	w.fill(t)
	w.write(t, pm, erp)
	load := func() (*config.Config, hcl.Diagnostics) {
		return config.Load(w.dir, config.Options{Kinds: app.Kinds(), Getenv: os.LookupEnv})
	}
	cfg, diags := load()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	w.app, err = app.New(t.Context(), cfg, app.Options{Version: "test", Load: load, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.release()
		_ = w.app.Stop(context.WithoutCancel(t.Context()))
	})
	if err := w.app.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + w.app.Address()
	w.sync(t)
	return w
}

// fill makes the products of Products Manager: one with an EAN that is none, two on sale.
func (w *world) fill(t *testing.T) {
	t.Helper()
	for i := range 30 {
		p := pmsim.Fields{
			"sku": sku(i), "title": fmt.Sprintf("Théière en fonte « Sōma » n° %d", i), "price": fmt.Sprintf("%d.90", 10+i),
			"category": "Cuisine / Thé / Théières", "description": description, "weight": "1.25", "is_active": true,
		}
		switch {
		case i == 7:
			p["title"] = strings.Repeat("Très longue bouilloire sifflante en acier inoxydable ", 4)
		case i == 8:
			p["ean"] = "2010000020030" // its check digit is another
		case i > 27:
			p["category"] = "Soldes"
		}
		if _, err := w.pm.Create(p); err != nil {
			t.Fatal(err)
		}
	}
}

const description = "Fonte émaillée à l’intérieur, filtre en acier inoxydable. Garde la chaleur une heure durant. " +
	"Ne passe pas au lave-vaisselle. Contenance : 0,8 litre."

func sku(i int) string { return fmt.Sprintf("THR-%03d", i) }

// write writes the configuration.
func (w *world) write(t *testing.T, pm, erp string) {
	t.Helper()
	text := fmt.Sprintf(`# The shop of the tests.
daemon {
  state_dir = "state"
  listen    = "127.0.0.1:0"
  token     = %q
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

source "odoo" "marketplace" {
  url      = "http://127.0.0.1:1"
  database = "nobody"
  login    = "nobody"
  api_key  = "PLANTED-key"
  timeout  = "5s"
}

pipeline %q {
  left  = source.products_manager.pm
  right = source.odoo.erp
  match = ["sku", "ean"]
  filter {
    where = record.category != "Soldes"
  }
  schedule { manual = true }
  mapping {
    defaults = true
    field "ean" {
      erp    = "barcode"
      to_erp = ean13(value)
      to_pm  = ean13(value)
    }
  }
  conflict { strategy = "manual" }
  limits { updates = "100%%" }
}

pipeline %q {
  left  = source.products_manager.pm
  right = source.odoo.marketplace
  schedule { manual = true }
  mapping { defaults = true }
}

pipeline %q {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "to_erp"
  filter {
    where = record.category == "Soldes"
  }
  schedule { manual = true }
  mapping { defaults = true }
  limits { creates = 1 }
}
`, token, pm, pmsim.DefaultAPIKey, erp, w.erp.Database(), odoosim.BotLogin, odoosim.BotKey, main, broken, braked)
	if err := os.WriteFile(filepath.Join(w.dir, "tandem.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sync runs a cycle of the main pipeline.
func (w *world) sync(t *testing.T) {
	t.Helper()
	reports, err := w.app.Sync(t.Context(), web.SyncRequest{Pipeline: main}, nil)
	if err != nil || reports[0].Error != nil {
		t.Fatalf("%+v, %v", reports, err)
	}
}

// hold makes Odoo answer nobody until release.
func (w *world) hold() {
	held := make(chan struct{})
	w.held.Store(&held)
}

func (w *world) release() {
	if held := w.held.Swap(nil); held != nil {
		close(*held)
	}
}

// fight has the staff of both systems change one field of a product differently, and a cycle see it. It returns
// the conflicts that then wait for that field.
func (w *world) fight(t *testing.T, i int, pm pmsim.Fields, erp odoosim.Values) {
	t.Helper()
	p := w.inPM(t, i)
	if _, err := w.pm.Edit(p.ID, pm); err != nil {
		t.Fatal(err)
	}
	if err := w.erp.As(odoosim.ShopLogin).Write(template, erp, w.inERP(t, i).ID); err != nil {
		t.Fatal(err)
	}
}

func (w *world) inPM(t *testing.T, i int) pmsim.Product {
	t.Helper()
	found := w.pm.Find("sku", sku(i))
	if len(found) != 1 {
		t.Fatalf("Products Manager has %d products %s", len(found), sku(i))
	}
	return found[0]
}

func (w *world) inERP(t *testing.T, i int) odoosim.Product {
	t.Helper()
	for _, p := range w.erp.Products() {
		if p.SKU == sku(i) {
			return p
		}
	}
	t.Fatalf("Odoo has no product %s", sku(i))
	return odoosim.Product{}
}

// conflict returns the one that waits for a product.
func (w *world) conflict(t *testing.T, i int) view.Conflict {
	t.Helper()
	all, err := w.app.Conflicts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Match["sku"].AsText() == sku(i) {
			return c
		}
	}
	t.Fatalf("no conflict of %s waits among %d", sku(i), len(all))
	return view.Conflict{}
}

// status returns how the main pipeline stands.
func (w *world) status(t *testing.T) view.PipelineStatus {
	t.Helper()
	s, err := w.app.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Pipelines {
		if p.Name == main {
			return p
		}
	}
	t.Fatal("the pipeline is gone")
	return view.PipelineStatus{}
}

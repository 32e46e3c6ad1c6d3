package acceptance

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

const hookSecret = "a-secret-of-the-webhooks"

// front is the proxy at public_url.
type front struct {
	*httptest.Server
	daemon atomic.Pointer[url.URL]
	lost   atomic.Bool // calls do not arrive
	came   atomic.Int64
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(f.daemon.Load()) }}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.came.Add(1)
		if f.lost.Load() || f.daemon.Load() == nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// hears is the settings of a world that is called.
func (f *front) hears(s settings) settings {
	s.daemon = fmt.Sprintf("public_url = %q\n  token = \"a-token\"", f.URL)
	s.pmSource += fmt.Sprintf("\n  webhook { secret = %q }", hookSecret)
	s.erp += fmt.Sprintf("\n  webhook { secret = %q }", hookSecret)
	s.pipeline = `schedule {
    realtime = true
    every    = "24h"
    full     = "0 3 * * 0"
  }`
	return s
}

// run starts the daemon and waits for its first cycle.
func (f *front) run(t *testing.T, w *world) *app.App {
	t.Helper()
	a := w.start(t)
	f.serve(t, a)
	return a
}

// serve starts a daemon behind the proxy and waits for its first cycle.
func (f *front) serve(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse("http://" + a.Address())
	if err != nil {
		t.Fatal(err)
	}
	f.daemon.Store(address)
	comes(t, "the end of the first cycle", func() bool {
		s, err := a.Status(t.Context())
		return err == nil && s.Pipelines[0].LastSuccess != nil && s.Pipelines[0].Running == nil
	})
}

// comes waits for something and returns how long that took.
func comes(t *testing.T, what string, is func() bool) time.Duration {
	t.Helper()
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if is() {
			return time.Since(start)
		}
		if time.Since(start) > 2*time.Minute {
			t.Fatalf("%s did not come within two minutes", what)
		}
	}
}

// An edit of either side is on the other one some seconds later, since the source called; no poll is due for a day.
func TestRealtime(t *testing.T) {
	for _, version := range []int{18, 19} {
		t.Run(fmt.Sprint("Odoo ", version), func(t *testing.T) {
			t.Parallel()
			f := newFront(t)
			w := newWorld(t, f.hears(settings{
				odoo: odoosim.Config{Version: version}, pm: pmsim.Config{HookRetries: []time.Duration{time.Millisecond}},
			}))
			w.sim.Automate(odoosim.Automations(f.URL + "/hooks/erp/" + hookSecret)...)
			w.sim.WaitForHooks(time.Minute) // a call that a busy machine loses would be found by the poll alone
			defer func() {
				sent, failed := w.sim.Called()
				t.Logf("Odoo's calls: %d answered, %d lost", sent, failed)
			}()
			a := inRealTime(t, f, w)
			lostCalls(t, f, w, a)
		})
	}
}

// The calls of the other of Products Manager's pages name products by EAN, and some by nothing.
func TestRealtimeByEvents(t *testing.T) {
	f := newFront(t)
	w := newWorld(t, f.hears(settings{odoo: odoosim.Config{Version: 18}, pm: pmsim.Config{EventHooks: true}}))
	w.load(t, made(10))
	a := f.run(t, w)
	register(t, a, pipeline.HookAbsent)
	for i, p := range w.pm.Products()[:4] {
		title := fmt.Sprint("Called ", i)
		if _, err := w.pm.Edit(p.ID, pmsim.Fields{"title": title}); err != nil {
			t.Fatal(err)
		}
		comes(t, title, func() bool { return w.odooHas(t, p.Text("sku")).name == title })
	}
	w.agree(t)
}

// TestRealRealtime is TestRealtime with a real Odoo, 17 or later, with the module base_automation. The user makes the
// automation rules, so it must be an administrator; they are removed in the end.
func TestRealRealtime(t *testing.T) {
	access := realAccess(t)
	f := newFront(t)
	w := newWorldAt(t, f.hears(settings{erp: realTransport()}), access)
	w.automate(t, f.URL+"/hooks/erp/"+hookSecret)
	inRealTime(t, f, w)
}

func register(t *testing.T, a *app.App, want pipeline.HookState) {
	t.Helper()
	if r, err := a.RegisterHook(t.Context(), "pm"); err != nil || r.Was != want {
		t.Fatalf("the webhook was %q, %v; want %q", r.Was, err, want)
	}
}

// odooHas is a product of Odoo, the zero value if there is none.
func (w *world) odooHas(t *testing.T, sku string) product {
	t.Helper()
	all, _ := w.odoo.products(t)
	return all[sku]
}

// pmHas is a product of Products Manager.
func (w *world) pmHas(sku string) (pmsim.Product, bool) {
	for _, p := range w.pm.Products() {
		if p.Text("sku") == sku {
			return p, true
		}
	}
	return pmsim.Product{}, false
}

// atRest waits for the end of the cycle under way. The tests edit as the user that Tandem works as, which nobody else
// does: an edit of that user between a write and its reading back is taken for what Odoo made of the write.
func atRest(t *testing.T, a *app.App) {
	t.Helper()
	comes(t, "the end of the cycle", func() bool {
		s, err := a.Status(t.Context())
		return err == nil && s.Pipelines[0].Running == nil
	})
}

// inRealTime edits both sides, one thing after the other, and returns the daemon.
func inRealTime(t *testing.T, f *front, w *world) *app.App {
	prefix := fmt.Sprintf("RT%d-", time.Now().UnixNano()) // a real Odoo has what earlier runs made
	products := made(10)
	for i := range products {
		products[i]["sku"] = fmt.Sprint(prefix, i)
		delete(products[i], "ean")
	}
	w.load(t, products)
	a := f.run(t, w)
	register(t, a, pipeline.HookAbsent)
	one := w.odooHas(t, prefix+"1")
	if one.id == 0 {
		s, err := a.Status(t.Context())
		t.Fatalf("the first cycle brought no product: %+v, %v", s.Pipelines[0], err)
	}
	pm, _ := w.pmHas(prefix + "1")
	took := func(what string, d time.Duration) { t.Logf("%s: there after %.1f s", what, d.Seconds()) }

	if _, err := w.pm.Edit(pm.ID, pmsim.Fields{"title": "Called by PM"}); err != nil {
		t.Fatal(err)
	}
	took("an edit in Products Manager", comes(t, "an edit in Products Manager", func() bool { return w.odooHas(t, prefix+"1").name == "Called by PM" }))

	atRest(t, a)
	w.odoo.edit(t, one.id, map[string]any{"name": "Called by Odoo"})
	took("an edit in Odoo", comes(t, "an edit in Odoo", func() bool { p, _ := w.pmHas(prefix + "1"); return p.Text("title") == "Called by Odoo" }))

	atRest(t, a)
	w.odoo.edit(t, one.id, map[string]any{"weight": 7.25}) // of the variant: another rule calls
	took("an edit of the variant", comes(t, "an edit of the variant", func() bool { p, _ := w.pmHas(prefix + "1"); return p.Text("weight") == "7.25" }))

	if _, err := w.pm.Create(pmsim.Fields{"sku": prefix + "new", "title": "New in PM", "price": "12", "cost_price": "5", "weight": "1"}); err != nil {
		t.Fatal(err)
	}
	took("a new product of Products Manager", comes(t, "a new product of Products Manager", func() bool { return w.odooHas(t, prefix+"new").name == "New in PM" }))

	if _, err := w.odoo.call("product.template", "create", map[string]any{"name": "New in Odoo", "default_code": prefix + "newer", "list_price": 10}); err != nil {
		t.Fatal(err)
	}
	took("a new product of Odoo", comes(t, "a new product of Odoo", func() bool { _, ok := w.pmHas(prefix + "newer"); return ok }))

	s, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := s.Pipelines[0].LastCycle; c.Kind != pipeline.CycleHooks || c.Error != nil {
		t.Errorf("the last cycle is %+v", c)
	}
	// What Tandem writes makes the systems call too: that ends.
	comes(t, "an empty queue", func() bool {
		s, err := a.Status(t.Context())
		return err == nil && s.Hooks[0].Waiting+s.Hooks[1].Waiting == 0 && s.Pipelines[0].Running == nil
	})
	if w.sim != nil {
		w.agree(t)
	}
	t.Logf("%d calls came", f.came.Load())
	return a
}

// lostCalls has calls not arrive: Products Manager switches its webhook off, and the poll finds what both did not say.
func lostCalls(t *testing.T, f *front, w *world, a *app.App) {
	f.lost.Store(true)
	p := w.pm.Products()[2]
	if _, err := w.pm.Edit(p.ID, pmsim.Fields{"title": "Lost by PM"}); err != nil {
		t.Fatal(err)
	}
	o := w.odooHas(t, w.pm.Products()[3].Text("sku"))
	w.odoo.edit(t, o.id, map[string]any{"name": "Lost by Odoo"})
	comes(t, "the end of the webhook", func() bool { return !w.pm.Webhooks()[0].Active })
	if _, failed := w.sim.Called(); failed == 0 {
		t.Error("no call of Odoo was lost")
	}
	if err := a.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(w.dir, "tandem.hcl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), `"24h"`, `"1s"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	a = f.run(t, w)
	comes(t, "what Products Manager did not say", func() bool { return w.odooHas(t, p.Text("sku")).name == "Lost by PM" })
	comes(t, "what Odoo did not say", func() bool { p, _ := w.pmHas(o.sku); return p.Text("title") == "Lost by Odoo" })
	f.lost.Store(false)
	register(t, a, pipeline.HookOff)
}

// automate makes the rules of docs/webhooks.md in a real Odoo.
func (w *world) automate(t *testing.T, address string) {
	t.Helper()
	find := func(model string, domain ...any) []any {
		t.Helper()
		ids, err := w.odoo.call(model, "search", domain)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := ids.([]any)
		return list
	}
	for _, rule := range odoosim.Automations(address) {
		if rule.Model == "stock.move.line" || rule.Deleted {
			continue
		}
		model := find("ir.model", []any{"model", "=", rule.Model})
		var watched []any
		for _, name := range rule.Watched {
			watched = append(watched, name)
		}
		id, err := w.odoo.call("base.automation", "create", map[string]any{
			"name": "Tandem test: " + rule.Model, "model_id": model[0], "trigger": "on_create_or_write",
			"trigger_field_ids": []any{[]any{int64(6), int64(0), find("ir.model.fields", []any{"model", "=", rule.Model}, []any{"name", "in", watched})}},
			"action_server_ids": []any{[]any{int64(0), int64(0), map[string]any{
				"name": "Tandem test", "model_id": model[0], "state": "webhook", "usage": "base_automation", "webhook_url": address,
			}}},
		})
		if err != nil {
			t.Skipf("the user cannot make automation rules in this Odoo (an administrator, base_automation): %v", err)
		}
		t.Cleanup(func() {
			if _, err := w.odoo.call("base.automation", "unlink", []any{id}); err != nil {
				t.Errorf("the automation rule %v stays: %v", id, err)
			}
		})
	}
}

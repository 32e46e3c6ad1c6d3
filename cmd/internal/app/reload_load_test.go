package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// A cycle under way ends with the definition that it began with; whoever waits behind it gets the new one.
func TestReloadInTheMiddleOfACycle(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := apptest.New(t, func(system, op string) memory.FaultKind {
		if system == "erp" && op == memory.OpCreate {
			once.Do(func() { close(entered); <-goOn })
		}
		return memory.NoFault
	})
	s.Insert(t, "pm", "Chaise", "CH-100")
	a := bring(t, s.Config(t, ""), Options{Load: loading(s)})
	old := a.current().runner("products")
	reports := make(chan pipeline.Report, 2)
	run := func() {
		r, err := a.Sync(context.Background(), web.SyncRequest{}, nil)
		if err != nil || len(r) != 1 {
			t.Errorf("got %d reports, %v", len(r), err)
			r = make([]pipeline.Report, 1)
		}
		reports <- r[0]
	}
	go run()
	<-entered
	s.Write(t, "# untouched", "")
	if done := reload(t, a); done.Changed || a.current().runner("products") != old {
		t.Errorf("a comment, in the middle of a cycle: %+v", done)
	}
	go run() // behind the first, with whichever definition is the live one by then
	s.Write(t, `deletes = "ignore"`, "")
	if done := reload(t, a); !done.Changed || len(done.Replaced) != 1 {
		t.Errorf("a change in the middle of a cycle: %+v", done)
	}
	select {
	case r := <-reports:
		t.Errorf("a cycle ended that cannot: %+v", r)
	default:
	}
	close(goOn)
	writes := 0
	for range 2 {
		r := <-reports
		if r.Result != pipeline.ResultDone {
			t.Errorf("a cycle was lost: %+v", r)
		}
		writes += r.Writes["erp"].Create
	}
	position, err := a.current().runner("products").store.Position(t.Context())
	if err != nil || position.Definition != a.current().runner("products").definition.Hash {
		t.Errorf("the last cycle was of the definition %q, %v", position.Definition, err)
	}
	if n := len(s.System("erp").Snapshot()); writes != 1 || n != 1 {
		t.Errorf("%d creations, %d records, want one", writes, n)
	}
}

// edits is how often the configuration changes under load.
const edits = 200

// underLoad is two pipelines between the stand-ins, each with sources of its own: "a", which no edit
// touches, and "b", which most do.
type underLoad struct {
	t                  *testing.T
	dir, pmURL, erpURL string
	pm                 *pmsim.Server
	erp                *odoosim.Server
	cycled             chan struct{} // tells of cycles of "a"
	app                *App
}

// text is the configuration of the nth edit, and whether it can be taken in.
func (u *underLoad) text(n int) (text string, good bool) {
	workers, extra, good := 4, "", true
	switch n % 10 {
	case 1:
		extra = fmt.Sprintf("limits { creates = %d }", 1000+n)
	case 2:
		extra, good = "limits { creates = }", false // does not parse
	case 3:
		workers = 2 // other sources
	case 4:
		extra, good = "media = media.s3.nobody", false
	case 5:
		extra = `deletes = "ignore"`
	case 7:
		extra, good = `match = ["colour"]`, false
	case 8:
		extra = `match = ["sku", "title"]`
	}
	var out strings.Builder
	fmt.Fprintf(&out, "# edit %d\ndaemon {\n  state_dir = \"state\"\n  listen = \"127.0.0.1:0\"\n}\n", n)
	out.WriteString(u.part("a", 4, ""))
	if n%10 != 9 { // else it is taken out
		out.WriteString(u.part("b", workers, extra))
	}
	return out.String(), good
}

func (u *underLoad) part(name string, workers int, extra string) string {
	return fmt.Sprintf(`source "products_manager" "pm%[1]s" {
  url     = %[2]q
  api_key = %[3]q
  workers = %[4]d
}
source "odoo" "erp%[1]s" {
  url      = %[5]q
  database = %[6]q
  login    = %[7]q
  password = %[8]q
  workers  = %[4]d
}
pipeline %[1]q {
  left      = source.products_manager.pm%[1]s
  right     = source.odoo.erp%[1]s
  direction = "to_erp%[1]s"
  filter { where = substr(record.sku, 0, 1) == %[1]q }
  schedule { every = "1h" }
  mapping {
    field "sku"   { erp%[1]s = "default_code" }
    field "title" { erp%[1]s = "name" }
  }
  %[9]s
}
`, name, u.pmURL, pmsim.DefaultAPIKey, workers, u.erpURL, u.erp.Database(), odoosim.AdminLogin, odoosim.AdminPassword, extra)
}

func (u *underLoad) load() (*config.Config, hcl.Diagnostics) {
	return config.Load(u.dir, config.Options{Kinds: Kinds()})
}

func (u *underLoad) write(n int) (good bool) {
	text, good := u.text(n)
	if err := os.WriteFile(filepath.Join(u.dir, "shop.hcl"), []byte(text), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return good
}

// keep runs cycles of a pipeline until end is closed, and once more then.
func (u *underLoad) keep(name string, end <-chan struct{}) {
	for last := false; !last; {
		select {
		case <-end:
			last = true
		default:
		}
		reports, err := u.app.Sync(context.Background(), web.SyncRequest{Pipeline: name}, nil)
		switch {
		case err != nil && name == "b" && pipeline.AsError(err).Code == pipeline.CodePipelineUnknown:
		case err != nil: // goes on, so that nobody waits for it
			u.t.Errorf("pipeline %s: %v", name, err)
		case reports[0].Result != pipeline.ResultDone:
			u.t.Errorf("a cycle of pipeline %s was lost: %+v %+v", name, reports[0], reports[0].Error)
		}
		if name == "a" {
			select {
			case u.cycled <- struct{}{}:
			default:
			}
		}
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("descriptors cannot be counted here")
	}
	return len(entries)
}

// Invariant 10 and 8: 200 edits, good and bad ones, while both pipelines run without a pause and products
// change. No cycle is lost, no write is doubled, the untouched pipeline is never restarted, and nothing is
// left open; goroutines are counted when the package's tests end.
func TestReloadUnderLoad(t *testing.T) {
	const products = 5 // of each pipeline
	before := descriptors(t)
	u := newUnderLoad(t, products)
	u.write(0)
	cfg, diags := u.load()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var err error
	if u.app, err = New(t.Context(), cfg, Options{Load: u.load}); err != nil {
		t.Fatal(err)
	}
	if err := u.app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	untouched := u.app.current().runner("a")
	end := make(chan struct{})
	var traffic sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		traffic.Go(func() { u.keep(name, end) })
	}
	for n := 1; n <= edits; n++ {
		u.edit(n)
		good := u.write(n)
		if done := reload(t, u.app); done.OK != good {
			t.Fatalf("edit %d: %+v", n, done)
		}
		if u.app.current().runner("a") != untouched {
			t.Fatalf("edit %d restarted the pipeline that it does not touch", n)
		}
		if n%4 == 0 {
			<-u.cycled // so that edits and cycles are spread over each other
		}
	}
	close(end)
	traffic.Wait()
	u.check(products)
	stopApp(t, u.app)
	if err := errors.Join(u.pm.Close(), u.erp.Close()); err != nil {
		t.Error(err)
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors are open, %d were before", after, before)
	}
}

func newUnderLoad(t *testing.T, products int) *underLoad {
	t.Helper()
	u := &underLoad{t: t, cycled: make(chan struct{}, 1), dir: apptest.New(t, nil).Dir, pm: pmsim.New(pmsim.Config{})}
	var err error
	if u.erp, err = odoosim.New(odoosim.Config{Version: 18}); err != nil {
		t.Fatal(err)
	}
	for n := range 2 * products {
		if _, err := u.pm.Create(pmsim.Fields{"sku": sku(n), "title": "new"}); err != nil {
			t.Fatal(err)
		}
	}
	if u.pmURL, err = u.pm.Start(); err != nil {
		t.Fatal(err)
	}
	if u.erpURL, err = u.erp.Start(); err != nil {
		t.Fatal(err)
	}
	return u
}

func sku(n int) string { return fmt.Sprintf("%c-%d", 'a'+rune(n%2), n) }

// edit is somebody's in Products Manager.
func (u *underLoad) edit(n int) {
	u.t.Helper()
	for _, p := range u.pm.Find("sku", sku(n%10)) {
		if _, err := u.pm.Edit(p.ID, pmsim.Fields{"title": fmt.Sprintf("title %d", n)}); err != nil {
			u.t.Fatal(err)
		}
	}
}

func (u *underLoad) check(products int) {
	u.t.Helper()
	held := map[string][]string{}
	for _, p := range u.erp.Products() {
		held[p.SKU] = append(held[p.SKU], p.Name)
	}
	for n := range 2 * products {
		if want := u.pm.Find("sku", sku(n))[0].Fields["title"].(string); len(held[sku(n)]) != 1 || held[sku(n)][0] != want {
			u.t.Errorf("Odoo holds %v as %s, want %q once", held[sku(n)], sku(n), want)
		}
	}
	for _, name := range []string{"a", "b"} {
		reports, err := u.app.lanes[name].store.Reports(u.t.Context(), 100_000)
		if err != nil {
			u.t.Fatal(err)
		}
		creates, updates := 0, 0
		for _, r := range reports {
			if r.Result != pipeline.ResultDone {
				u.t.Errorf("a cycle of pipeline %s was lost: %+v", name, r)
			}
			creates += r.Writes["erp"+name].Create
			updates += r.Writes["erp"+name].Update
		}
		if creates != products || updates > edits/2 {
			u.t.Errorf("pipeline %s: %d creations and %d updates of %d products and %d edits", name, creates, updates, products, edits/2)
		}
		u.t.Logf("pipeline %s: %d cycles, %d updates", name, len(reports), updates)
	}
}

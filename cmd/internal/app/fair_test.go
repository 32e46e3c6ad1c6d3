package app

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// Two pipelines share both sources, with one worker each: the small one goes round while the first pass of the
// large one is under way, since they take turns call by call. See docs/adr/0018-fair-sources.md.
func TestALongFullPassLeavesRoom(t *testing.T) {
	const large, small = 1500, 3
	pm := pmsim.New(pmsim.Config{})
	erp, err := odoosim.New(odoosim.Config{Version: 18})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = pm.Close(), erp.Close()
	})
	for n := range large + small {
		kind := "large"
		if n < small {
			kind = "small"
		}
		if _, err := pm.Create(pmsim.Fields{"sku": fmt.Sprintf("%s-%d", kind, n), "title": "new"}); err != nil {
			t.Fatal(err)
		}
	}
	pmURL, err := pm.Start()
	if err != nil {
		t.Fatal(err)
	}
	erpURL, err := erp.Start()
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string) string {
		return fmt.Sprintf(`pipeline %[1]q {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "to_erp"
  filter { where = substr(record.sku, 0, 5) == %[1]q }
  schedule { manual = true }
  mapping {
    field "sku"   { erp = "default_code" }
    field "title" { erp = "name" }
  }
}
`, name)
	}
	text := fmt.Sprintf(`daemon {
  state_dir = "state"
  listen = "127.0.0.1:0"
}
source "products_manager" "pm" {
  url     = %q
  api_key = %q
  workers = 1
}
source "odoo" "erp" {
  url      = %q
  database = %q
  login    = %q
  password = %q
  workers  = 1
}
`, pmURL, pmsim.DefaultAPIKey, erpURL, erp.Database(), odoosim.AdminLogin, odoosim.AdminPassword) + part("large") + part("small")
	dir := apptest.New(t, nil).Dir
	if err := os.WriteFile(filepath.Join(dir, "shop.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func() (*config.Config, hcl.Diagnostics) { return config.Load(dir, config.Options{Kinds: Kinds()}) }
	cfg, diags := load()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	a := bring(t, cfg, Options{})

	ended := make(chan pipeline.Report, 1)
	go func() {
		reports, err := a.Sync(t.Context(), web.SyncRequest{Pipeline: "large"}, nil)
		if err != nil {
			t.Error(err)
			reports = []pipeline.Report{{}}
		}
		ended <- reports[0]
	}()
	during := 0
	for {
		reports, err := a.Sync(t.Context(), web.SyncRequest{Pipeline: "small"}, nil)
		if err != nil || reports[0].Result != pipeline.ResultDone {
			t.Fatalf("%+v, %v", reports, err)
		}
		select {
		case r := <-ended:
			t.Logf("%d cycles of the small one while the large one took %.1f s", during, float64(r.Duration)/1e9)
			if r.Result != pipeline.ResultDone || r.Writes["erp"].Create != large {
				t.Errorf("the large one: %+v", r)
			}
			if during == 0 {
				t.Error("no cycle of the small one ended before the large one")
			}
			return
		default:
			during++
		}
	}
}

package config_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// secret is what must never be shown.
const secret = "s3cr3t-that-must-not-be-shown"

// options are those of the tests: an environment of a few variables, a directory of credentials.
func options(t testing.TB) config.Options {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"dashboard_token", "odoo_webhook", "pm_webhook"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{
		"ODOO_API_KEY": secret, "PM_API_KEY": secret, "MINIO_ACCESS_KEY": secret, "MINIO_SECRET_KEY": secret,
		"ODOO_URL": "https://odoo.example.com",
	}
	return config.Options{
		Kinds:          append(kinds(), closedKind(), plainKind(), familyKind()),
		Getenv:         func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		CredentialsDir: dir,
	}
}

// write makes a configuration of those files in a new directory.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustLoad(t testing.TB, dir string, opts config.Options) *config.Config {
	t.Helper()
	c, problems := config.Load(dir, opts)
	if problems.HasErrors() {
		t.Fatal(render(t, c, problems))
	}
	return c
}

func render(t testing.TB, c *config.Config, problems hcl.Diagnostics) string {
	t.Helper()
	var b bytes.Buffer
	if err := hcl.NewDiagnosticTextWriter(&b, c.Files, 100, false).WriteDiagnostics(problems); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sources is a file with one source of each kind.
const sources = `
source "products_manager" "pm" {
  url     = "https://pm.example.com"
  api_key = env("PM_API_KEY")
}

source "odoo" "erp" {
  url      = env("ODOO_URL")
  database = "shop"
  login    = "sync"
  api_key  = env("ODOO_API_KEY")
}
`

// pipelineOf is a pipeline with all defaults and what body adds.
func pipelineOf(body string) string {
	return "pipeline \"products\" {\n  left  = source.products_manager.pm\n  right = source.odoo.erp\n" + body + "\n}\n"
}

func loadPipeline(t testing.TB, body string) *pipeline.Definition {
	t.Helper()
	return mustLoad(t, write(t, map[string]string{"sources.hcl": sources, "shop.hcl": pipelineOf(body)}), options(t)).Pipelines[0]
}

func TestTheExampleOfTheInterface(t *testing.T) {
	c, problems := config.Load("testdata/example", options(t))
	if len(problems) != 0 {
		t.Errorf("nothing is wrong:\n%s", render(t, c, problems))
	}
	d := c.Daemon
	if d.StateDir != "/var/lib/tandem" || d.Listen != "127.0.0.1:9477" || d.Token.Reveal() != secret || d.Log != (config.Log{Level: slog.LevelInfo, Format: config.LogAuto}) {
		t.Errorf("daemon: %+v", d)
	}
	erp, _ := c.Source("erp")
	want := &odooSettings{
		URL: "https://example.odoo.com", Database: "example", Login: "sync@example.com", APIKey: pipeline.NewSecret(secret),
		Protocol: "auto", Company: 1, Language: "fr_FR", Timeout: 2 * time.Minute, Workers: 4, Stock: &odooStock{Warehouse: "WH"},
		Categories: &odooCategories{Root: "All", Separator: " / ", Create: true}, Webhook: &webhook{Secret: pipeline.NewSecret(secret)},
	}
	if diff := cmp.Diff(want, erp.Settings, cmp.AllowUnexported(pipeline.Secret{})); diff != "" {
		t.Errorf("erp: -want +got\n%s", diff)
	}
	pm, _ := c.Source("pm")
	if s := pm.Settings.(*pmSettings); s.Images.MaxSize != 10_000_000 || s.Images.Hosts[0] != "media.example.com" {
		t.Errorf("pm: %+v", s.Images)
	}
	p, _ := c.Pipeline("products")
	wantPipeline := `pm - erp, match [sku ean], creates [true true], removes [true true]
filter on left reads [category status], deletes archive, limits {50% 20 20% none}, every 5m0s, manual false
title=name writes [true true] required true by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
sku=default_code writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
price=list_price writes [true true] required false by tandem.hcl:83; strategy "erp" of field "price" (tandem.hcl:100)
ean=barcode writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
description=description_sale writes [true true] required false by defaults; strategy "pm" of field "description" (tandem.hcl:101)
category=categ_id writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
stock_quantity=qty_available writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
cost_price=standard_price writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
weight=weight writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
images[0].url=image_1920 writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
is_active=active writes [true true] required false by defaults; strategy "latest" of pipeline "products" (tandem.hcl:99)
custom_field_1=x_custom_field_1 writes [true true] required false by tandem.hcl:88; strategy "latest" of pipeline "products" (tandem.hcl:99)
brand_name=x_brand writes [false true] required true by tandem.hcl:91; strategy "latest" of pipeline "products" (tandem.hcl:99)
`
	if diff := cmp.Diff(wantPipeline, summary(p)); diff != "" {
		t.Errorf("pipeline: -want +got\n%s", diff)
	}
	if image, _ := p.Field("images[0].url"); p.Media != "s3.images" || !image.Image {
		t.Errorf("media %q, an image field %v", p.Media, image.Image)
	}
	price, _ := p.Field("price")
	if price.Strategy != (pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Right}) {
		t.Errorf("strategy of price: %+v", price.Strategy)
	}
	net, err := price.Carry[pipeline.Right].Apply(pipeline.Int(24), &pipeline.Record{})
	if err != nil || net.String() != "20" {
		t.Errorf("24 with tax is %s without, %v", net, err)
	}
}

func summary(p *pipeline.Definition) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s, match %s, creates %t, removes %t\n", p.Sources[0], p.Sources[1], p.Match, p.Creates, p.Removes)
	fmt.Fprintf(&b, "filter on %s reads %s, deletes %s, limits %s, every %s, manual %t\n", p.FilterSide, p.FilterReads, p.Deletes, p.Limits, p.Schedule.Every, p.Schedule.Manual)
	for _, f := range p.Fields {
		fmt.Fprintf(&b, "%s writes %t required %t by %s; %s\n", strings.Join(f.Fields[:], "="), f.Writes, f.Required, f.Source, f.Rule)
	}
	return b.String()
}

func TestDefaults(t *testing.T) {
	p := loadPipeline(t, "mapping { defaults = true }")
	if got, want := strings.SplitN(summary(p), "\n", 3)[:2], []string{
		"pm - erp, match [sku ean], creates [true true], removes [true true]",
		"filter on left reads [], deletes archive, limits {50% 20 20% none}, every 5m0s, manual false",
	}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p.Filter != nil || p.Fields[0].Rule != `strategy "manual" (the default)` || p.Fields[0].Strategy != (pipeline.Strategy{}) {
		t.Errorf("filter %v, rule %s", p.Filter, p.Fields[0].Rule)
	}
}

func TestDirectionsAndReads(t *testing.T) {
	p := loadPipeline(t, `
  direction = "to_erp"
  schedule { manual = true }
  deletes = "ignore"
  limits {
    updates = 7
    deletes = null
    creates = "12.5%"
  }
  mapping {
    field "title" {
      erp    = "name"
      to_erp = "${value} ${record.attributes.color} ${record.title}"
    }
    field "sku" { erp = "default_code" }
    field "attributes.color" {
      erp       = "x_color"
      to_erp    = record.brand
      direction = "both"
    }
    field "weight" {
      erp       = "weight"
      direction = "to_pm"
    }
  }`)
	want := `pm - erp, match [sku], creates [false true], removes [false true]
filter on left reads [], deletes ignore, limits {7 none 20% 12.5%}, every 0s, manual true
title=name writes [false true] required true by shop.hcl:14; strategy "manual" (the default)
sku=default_code writes [false true] required false by shop.hcl:18; strategy "manual" (the default)
attributes.color=x_color writes [true true] required false by shop.hcl:19; strategy "manual" (the default)
weight=weight writes [true false] required false by shop.hcl:24; strategy "manual" (the default)
`
	if diff := cmp.Diff(want, summary(p)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([2][]string{{"attributes.color"}, nil}, p.Fields[0].Reads); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"title", "attributes.color", "sku", "brand", "weight"}, p.Wanted(pipeline.Left)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestReadOnlyFields: a field that a system says cannot be written is carried the other way only.
func TestReadOnlyFields(t *testing.T) {
	p := loadPipeline(t, `
  mapping {
    defaults = true
    field "made_at" { erp = "create_date" }
  }`)
	if f, _ := p.Field("made_at"); f.Writes != [2]bool{true, false} {
		t.Errorf("writes %t", f.Writes)
	}
}

// TestOdooOnTheLeft: sides are named by their sources, filters stay on Products Manager.
func TestOdooOnTheLeft(t *testing.T) {
	c := mustLoad(t, write(t, map[string]string{"a.hcl": sources, "b.hcl": `
pipeline "back" {
  left  = source.odoo.erp
  right = source.products_manager.pm
  filter { where = record.status == "active" }
  mapping {
    defaults = true
    field "list_price" { to_pm = value * 1.2 }
  }
  conflict { strategy = "pm" }
}`}), options(t))
	p := c.Pipelines[0]
	price, ok := p.Field("list_price")
	if !ok || price.Fields != [2]string{"list_price", "price"} || price.Carry[pipeline.Right] == nil || price.Strategy.Side != pipeline.Right {
		t.Errorf("%+v", price)
	}
	if p.FilterSide != pipeline.Right || !cmp.Equal(p.FilterReads, []string{"status"}) || !cmp.Equal(p.Match, []string{"default_code", "barcode"}) {
		t.Errorf("%s, %s, %s", p.FilterSide, p.FilterReads, p.Match)
	}
}

func TestWhichFilesAreRead(t *testing.T) {
	dir := write(t, map[string]string{
		"a.hcl": sources, "b.hcl": pipelineOf("mapping { defaults = true }"),
		"sub/c.hcl": "nonsense", "d.test.hcl": "nonsense", ".e.hcl": "nonsense", "f.hcl~": "nonsense", "g.txt": "nonsense",
	})
	if c := mustLoad(t, dir, options(t)); len(c.Pipelines) != 1 || len(c.Sources) != 2 || len(c.Files) != 2 {
		t.Errorf("%d pipelines, %d sources, %d files", len(c.Pipelines), len(c.Sources), len(c.Files))
	}
}

func TestNothingToRead(t *testing.T) {
	file := filepath.Join(write(t, map[string]string{"a.hcl": sources}), "a.hcl")
	for dir, want := range map[string]string{
		"testdata/no-such-directory":             "There is no directory testdata/no-such-directory",
		write(t, map[string]string{"a.txt": ""}): "There is no .hcl file in",
		file:                                     "is a file",
	} {
		c, problems := config.Load(dir, options(t))
		if c == nil || !problems.HasErrors() || !strings.Contains(problems[0].Detail, want) {
			t.Errorf("%s: %v", dir, problems)
		}
	}
	c, problems := config.Load(write(t, map[string]string{"a.hcl": sources}), options(t))
	if problems.HasErrors() || len(problems) != 1 || problems[0].Summary != "No pipeline" || c.Hash == "" {
		t.Errorf("%v", problems)
	}
}

func TestRelativeStateDir(t *testing.T) {
	dir := write(t, map[string]string{"a.hcl": `daemon { state_dir = "state" }`})
	if c := mustLoad(t, dir, options(t)); c.Daemon.StateDir != filepath.Join(dir, "state") {
		t.Error(c.Daemon.StateDir)
	}
}

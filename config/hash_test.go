package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/config"
)

const hashed = `
locals {
  vat    = 1.20
  unused = 1
}
variable "shop" { default = "paris" }
daemon {
  state_dir = "/srv/tandem"
  listen    = "127.0.0.1:1"
  token     = env("PM_API_KEY")
}
pipeline "products" {
  left      = source.products_manager.pm
  right     = source.odoo.erp
  direction = "both"
  match     = ["sku", "ean"]
  deletes   = "archive"
  filter {
    categories = ["A", "B/**"]
    where      = record.status != "draft"
  }
  schedule { every = "5m" }
  limits { updates = "50%" }
  mapping {
    defaults = true
    field "price" {
      to_erp = round(value / local.vat, 2)
    }
    field "brand" {
      erp    = "x_brand"
      to_erp = "${var.shop}: ${value}"
    }
  }
  conflict {
    strategy = "latest"
    field "price" { strategy = "erp" }
  }
}
`

func hashes(t *testing.T, opts config.Options, files ...string) (whole, pipeline string) {
	t.Helper()
	named := map[string]string{}
	for i, f := range files {
		named[string(rune('a'+i))+".hcl"] = f
	}
	c := mustLoad(t, write(t, named), opts)
	return c.Hash, c.Pipelines[0].Hash
}

func TestHashChanges(t *testing.T) {
	whole, pipeline := hashes(t, options(t), sources, hashed)
	changes := []struct {
		old, new string
		// keeps: the pipeline is the same as before.
		keeps bool
	}{
		{old: `"both"`, new: `"to_erp"`},
		{old: `["sku", "ean"]`, new: `["ean", "sku"]`},
		{old: `"archive"`, new: `"ignore"`},
		{old: `"B/**"`, new: `"B/*"`},
		{old: `"draft"`, new: `"active"`},
		{old: `"5m"`, new: `"6m"`},
		{old: `"50%"`, new: `50`},
		{old: `/ local.vat`, new: `* local.vat`},
		{old: `vat    = 1.20`, new: `vat    = 1.10`},
		{old: `default = "paris"`, new: `default = "lyon"`},
		{old: `"x_brand"`, new: `"x_maker"`},
		{old: `strategy = "latest"`, new: `strategy = "pm"`},
		{old: `strategy = "erp"`, new: `strategy = "pm"`},
		{old: `defaults = true`, new: "defaults = true\n    field \"y\" { erp = \"x_y\" }"},
		{old: `"products"`, new: `"others"`},
		{old: `: ${value}`, new: `:  ${value}`},
		{old: `"127.0.0.1:1"`, new: `"127.0.0.1:2"`, keeps: true},
		{old: `"/srv/tandem"`, new: `"/srv/other"`, keeps: true},
	}
	for _, tt := range changes {
		changed := strings.Replace(hashed, tt.old, tt.new, 1)
		if changed == hashed {
			t.Fatalf("nothing to change: %s", tt.old)
		}
		w, p := hashes(t, options(t), sources, changed)
		if w == whole || (p == pipeline) != tt.keeps {
			t.Errorf("%s → %s: whole %s (was %s), pipeline %s (was %s)", tt.old, tt.new, w, whole, p, pipeline)
		}
	}
	if w, p := hashes(t, options(t), strings.Replace(sources, `"shop"`, `"shop2"`, 1), hashed); w == whole || p == pipeline {
		t.Error("another database, the same hash")
	}
}

// TestHashOfTables: what a pipeline takes from a CSV file has a part in its hash, which makes a reload take it in.
func TestHashOfTables(t *testing.T) {
	hcl := strings.NewReplacer("unused = 1", `brands = table("sub/brands.csv", "code", "name")`, `"${var.shop}: ${value}"`, `lookup(local.brands, value, null)`).Replace(hashed)
	dir := write(t, map[string]string{"a.hcl": sources, "b.hcl": hcl})
	brands := filepath.Join(dir, "sub", "brands.csv")
	if err := os.Mkdir(filepath.Dir(brands), 0o700); err != nil {
		t.Fatal(err)
	}
	load := func(csv string) (whole, pipeline string) {
		if err := os.WriteFile(brands, []byte(csv), 0o600); err != nil {
			t.Fatal(err)
		}
		c := mustLoad(t, dir, options(t))
		if !slices.Equal(c.Reads, []string{brands}) {
			t.Errorf("it read %q", c.Reads)
		}
		return c.Hash, c.Pipelines[0].Hash
	}
	whole, pipeline := load("code,name\na,ACME\n")
	if w, p := load("code;name\r\n\r\na;ACME\r\n"); w != whole || p != pipeline {
		t.Error("the same table written otherwise, another hash")
	}
	if w, p := load("code,name\na,ACME Corp.\n"); w == whole || p == pipeline {
		t.Error("another table, the same hash")
	}
}

func TestHashStays(t *testing.T) {
	whole, pipeline := hashes(t, options(t), sources, hashed)
	opts := options(t)
	same := map[string][]string{
		"comments and spaces": {sources, strings.NewReplacer("\n", " # note\n", " = ", "   =   ", "round(value / local.vat, 2)", "round(value/local.vat,\n2 /* digits */)").Replace(hashed)},
		"order of files":      {hashed, sources},
		"one file":            {hashed + sources},
		"unused local":        {sources, strings.Replace(hashed, "unused = 1", "unused = 2", 1)},
		"the default written": {sources, strings.Replace(hashed, `field "price" {`, "field \"price\" {\nerp = \"list_price\"\n", 1)},
	}
	for name, files := range same {
		if w, p := hashes(t, opts, files...); w != whole || p != pipeline {
			t.Errorf("%s: whole %s (was %s), pipeline %s (was %s)", name, w, whole, p, pipeline)
		}
	}
	opts.Getenv = func(name string) (string, bool) {
		if name == "ODOO_URL" {
			return "https://odoo.example.com", true
		}
		return "another secret", true
	}
	opts.Vars = map[string]string{"shop": "paris"}
	if w, p := hashes(t, opts, sources, hashed); w != whole || p != pipeline {
		t.Error("secrets have a part in the hash")
	}
}

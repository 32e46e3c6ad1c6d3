package testrun_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/testrun"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
)

// run runs tests beside a configuration, without anything in the environment.
func run(t *testing.T, files map[string]string) view.TestRun {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return runDir(t, dir)
}

func runDir(t *testing.T, dir string, varFiles ...string) view.TestRun {
	t.Helper()
	_, tests, problems := config.LoadTests(dir, nil, config.Options{
		Kinds: []pipeline.SourceKind{odoo.Kind(), productsmanager.Kind()}, VarFiles: varFiles,
	})
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	outcome, err := testrun.Run(t.Context(), tests, func() time.Time { return time.Time{} })
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

// page returns the files that docs/tests.md shows, by name.
func page(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/tests.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, m := range regexp.MustCompile("(?ms)^```hcl\n# (\\S+)\n(.*?)^```$").FindAllSubmatch(text, -1) {
		files[string(m[1])] = string(m[2])
	}
	return files
}

// What the documentation shows passes.
func TestDocumentedTests(t *testing.T) {
	files := page(t)
	if len(files) != 3 {
		t.Fatalf("the page shows %d files", len(files))
	}
	outcome := run(t, files)
	if outcome.Passed < 9 || outcome.Failed > 0 {
		t.Errorf("%+v", outcome.Tests)
	}
}

// The tests of the examples pass, with each file of variables that an example has.
func TestExamples(t *testing.T) {
	dirs, err := filepath.Glob("../../../examples/*")
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, dir := range dirs {
		if found, _ := filepath.Glob(filepath.Join(dir, "*.test.hcl")); len(found) == 0 {
			continue
		}
		sets := [][]string{}
		vars, _ := filepath.Glob(filepath.Join(dir, "*.vars.hcl"))
		for _, f := range vars {
			sets = append(sets, []string{f})
		}
		if len(sets) == 0 {
			sets = append(sets, nil)
		}
		for _, files := range sets {
			tested++
			for _, test := range runDir(t, dir, files...).Tests {
				if !test.Passed {
					t.Errorf("%s:%d: %s: %s", test.File, test.Line, test.Name, told(test))
				}
			}
		}
	}
	if tested < 2 {
		t.Errorf("%d examples have tests", tested)
	}
}

// each is a test that passes, and with what it fails when one word of what is expected is another.
var each = []struct{ name, body, old, new, want string }{
	{"value", `
  pm = { price = 24 }
  expect { erp = { list_price = 20 } }`, `= 20 }`, `= 20.01 }`, `erp list_price: another value is written: 20.01, got 20, by new record`},
	{"value of an edit", `
  base = { pm = { price = 24 }, erp = { list_price = 20 } }
  pm   = { price = 30 }
  expect { erp = { list_price = 25 } }`, `price = 30`, `price = 24`, `erp list_price: nothing is written: 25, by unchanged on both sides`},
	{"emptied", `
  base = { pm = { ean = "4006381333931" }, erp = { barcode = "4006381333931" } }
  pm   = { ean = null }
  expect { erp = { barcode = null } }`, `ean = null`, `ean = "4006381333932"`, `the record fails (mapping_failed)`},
	{"only", `
  pm = { price = 24, title = "Shirt" }
  expect {
    erp  = { name = "Shirt", list_price = 20 }
    only = true
  }`, `, list_price = 20`, ``, `erp list_price: nothing else is expected to be written, got 20, by new record`},
	{"only, on the other side", `
  base = { pm = { price = 24, title = "Shirt" }, erp = { list_price = 20, name = "Shirt" } }
  pm   = { price = 30 }
  erp  = { name = "Shirts" }
  expect {
    pm  = { title = "Shirts" }
    erp = { list_price = 25 }
    only = true
  }`, `pm  = { title = "Shirts" }`, ``, `pm title: nothing else is expected`},
	{"nothing", `
  base = { pm = { brand = "Acme" }, erp = { x_brand = "Acme" } }
  erp  = { x_brand = "Bolt" }
  expect { nothing = true }`, `erp  = { x_brand`, `pm   = { brand`, `erp x_brand: nothing else is expected to be written, got "Bolt"`},
	{"nothing, of a removal", `
  base    = {}
  removed = "pm"
  expect { action = { erp = "archive" } }`, `action = { erp = "archive" }`, `nothing = true`, `nothing else is expected, and the record is to be changed on erp: archive: removed on pm; deletes = "archive"`},
	{"action", `
  pm = { price = 24 }
  expect { action = { erp = "create" } }`, `"create"`, `"update"`, `update is expected on erp, and it is create: not on erp yet`},
	{"action none", `
  base = {}
  pm   = { price = 24 }
  expect { action = { erp = "none", pm = "none" } }`, `base = {}`, `base = { pm = { price = 20 } }`, `none is expected on erp, and it is update`},
	{"conflict that waits", `
  pm  = { price = 24 }
  erp = { list_price = 19 }
  expect {
    conflict "price" { decision = "waits" }
  }`, `"waits"`, `"erp"`, `the conflict about "price" is expected to be decided as "erp", and it is "waits": strategy "manual"`},
	{"conflict that is decided", `
  pm  = { title = "A" }
  erp = { name = "B" }
  expect {
    conflict "title" { decision = "pm" }
  }`, `"B"`, `"A"`, `a conflict about "title" is expected, and there is none: both sides hold the same`},
	{"conflict that the direction holds", `
  pm  = { brand = "A" }
  erp = { x_brand = "B" }
  expect {
    conflict "brand" { decision = "waits" }
  }`, `"waits"`, `"held"`, `the conflict about "brand" is expected to be decided as "held", and it is "waits"`},
	{"conflict about a removal", `
  base    = { pm = { title = "A" } }
  pm      = { title = "B" }
  removed = "erp"
  expect { nothing = true }`, ``, ``, `a conflict about the record as a whole waits for a person, which the test does not expect: removed on erp, edited on pm`},
	{"two records that match", `
  pm  = { sku = "A-1", title = "A" }
  erp = { default_code = "A-1", name = "B" }
  expect { erp = { name = "A" } }`, `default_code = "A-1"`, `default_code = "A-2"`, `the two records would never meet: sku is "A-1" on pm and "A-2" on erp`},
	{"latest", `
  pm       = { description = "A" }
  erp      = { description_sale = "B" }
  modified = { pm = "2026-11-24T10:00:00Z", erp = "2026-11-24T11:00:00Z" }
  expect { pm = { description = "B" } }`, `T11`, `T09`, `pm description: nothing is written: "B", by strategy "latest"`},
	{"left out", `
  pm = { status = "draft" }
  expect { left_out = "filter" }`, `"draft"`, `"active"`, `the record is expected to be left out, and it takes part`},
	{"left out for another reason", `
  pm = { status = "draft" }
  expect { left_out = true }`, `= true`, `= "direction"`, `for another reason: outside of the filter`},
	{"not left out", `
  pm = { status = "active", price = 24 }
  expect { erp = { list_price = 20 } }`, `"active"`, `"draft"`, `the record takes no part: outside of the filter`},
	{"error", `
  pm = { ean = "4006381333932" }
  expect {
    error { message = "check digit" }
  }`, `check digit`, `check-digit`, `an error with "check-digit" in its message is expected, and the record fails with mapping_failed`},
	{"code of an error", `
  pm = { title = null }
  expect {
    error { code = "field_required" }
  }`, `field_required`, `mapping_failed`, `the error mapping_failed is expected, and the record fails with field_required`},
	{"error that does not come", `
  pm = { title = null }
  expect {
    error {}
  }`, `null`, `"A"`, `an error is expected, and the record does not fail`},
	{"error that is not expected", `
  pm = { title = "A" }
  expect { erp = { name = "A" } }`, `title = "A"`, `title = null`, `the record fails (field_required): field "name" must not be empty on erp`},
	{"value that cannot be held", `
  pm = { price = 24 }
  expect { erp = { list_price = 20 } }`, `= 20`, `= "twenty"`, `erp list_price: the expected value cannot be held there`},
	{"category, with its root and without", `
  pm = { category = "Clothing/Shirts" }
  expect { erp = { categ_id = "Clothing / Shirts" } }`, `"Clothing / Shirts"`, `"All / Clothing"`, `another value is written: "All / Clothing", got "All / Clothing / Shirts"`},
	{"whole record", `
  whole = true
  pm    = { title = "Shirt", is_active = true }
  expect {
    erp  = { name = "Shirt", list_price = 0, standard_price = 0, weight = 0, active = true }
    action = { erp = "create" }
  }`, `title = "Shirt", `, ``, `the record fails (field_required)`},
}

// Every kind of expectation passes where it holds, and fails where it does not.
func TestExpectations(t *testing.T) {
	tandem := page(t)["tandem.hcl"]
	for _, c := range each {
		t.Run(c.name, func(t *testing.T) {
			text := "test \"it\" {" + c.body + "\n}\n"
			other := strings.Replace(text, c.old, c.new, 1)
			if text != other {
				if got := run(t, map[string]string{"tandem.hcl": tandem, "a.test.hcl": text}).Tests[0]; !got.Passed {
					t.Errorf("it fails: %s", told(got))
				}
			}
			got := run(t, map[string]string{"tandem.hcl": tandem, "a.test.hcl": other}).Tests[0]
			if got.Passed || !strings.Contains(told(got), c.want) {
				t.Errorf("%s\ntells: %s\nwant: %s", other, told(got), c.want)
			}
		})
	}
}

const families = `
source "products_manager" "pm" { url = env("PM_URL") }
source "odoo" "erp" {
  url      = env("ODOO_URL")
  database = "example"
  login    = "sync@example.com"
  api_key  = env("ODOO_API_KEY")
}
media "folder" "images" {
  path       = "/srv/images"
  public_url = "https://media.example.com"
}
pipeline "products" {
  left     = source.products_manager.pm
  right    = source.odoo.erp
  media    = media.folder.images
  variants = "linked"
  mapping {
    defaults = true
    without  = ["stock_quantity"]
    field "brand" {
      erp       = "x_brand"
      direction = "to_erp"
    }
    category "Clothing" { erp = "All / Apparel" }
  }
  conflict { strategy = "erp" }
}
`

// Values that are carried as something else are told as a test says them; a rule may be kept by the direction.
func TestImagesParentsAndDirections(t *testing.T) {
	outcome := run(t, map[string]string{"tandem.hcl": families, "a.test.hcl": `
test "an image goes with its product" {
  pm = {
    sku    = "A-1"
    images = [{ url = "https://images.example.com/a.jpg" }]
  }
  expect { erp = { image_1920 = "https://images.example.com/a.jpg" } }
}
test "a new variant names its parent" {
  pm = {
    sku        = "A-1-RED"
    parent_sku = "A-1"
    attributes = { Color = "Red" }
  }
  expect {
    erp = { default_code = "A-1-RED", product_tmpl_id = "A-1" }
  }
}
test "the winner may not write" {
  pm  = { brand = "A" }
  erp = { x_brand = "B" }
  expect {
    conflict "brand" { decision = "held" }
    nothing = true
  }
}
test "a category has another name" {
  pm = { category = "Clothing/Shirts" }
  expect { erp = { categ_id = "Apparel / Shirts" } }
}
`})
	for _, test := range outcome.Tests {
		if !test.Passed {
			t.Errorf("%s: %s", test.Name, told(test))
		}
	}
}

// What tests expect of a field or a rule counts as covered, and nothing else does.
func TestCoverage(t *testing.T) {
	files := page(t)
	outcome := run(t, map[string]string{"tandem.hcl": files["tandem.hcl"], "a.test.hcl": files["products.test.hcl"]})
	if len(outcome.Coverage) != 1 {
		t.Fatalf("%+v", outcome.Coverage)
	}
	var fields, rules []string
	for _, f := range outcome.Coverage[0].Fields {
		if f.Covered {
			fields = append(fields, f.Field+" to "+f.To)
		}
		if f.Field == "brand" && f.To == "pm" {
			t.Error("brand is not written to pm, so that no test can expect it")
		}
	}
	for _, r := range outcome.Coverage[0].Rules {
		if r.Covered {
			rules = append(rules, r.Rule)
		}
	}
	if got := strings.Join(fields, ", "); got != "title to erp, price to pm, price to erp" {
		t.Errorf("covered: %s", got)
	}
	if len(rules) != 1 || !strings.HasPrefix(rules[0], `strategy "manual" of pipeline "products"`) {
		t.Errorf("covered: %q", rules)
	}
}

// told is what a test tells, on one line for each failure.
func told(test view.Test) string {
	var b strings.Builder
	for _, f := range test.Failures {
		if f.Field != "" {
			b.WriteString(f.Side + " " + f.Field + ": ")
		}
		b.WriteString(f.Message)
		if f.Expected != nil {
			b.WriteString(": " + quoted(*f.Expected))
		}
		if f.Got != nil {
			b.WriteString(", got " + quoted(*f.Got))
		}
		if f.Rule != "" {
			b.WriteString(", by " + f.Rule)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func quoted(v pipeline.Value) string {
	if v.Kind() == pipeline.KindText {
		return `"` + v.AsText() + `"`
	}
	return v.String()
}

// A field follows what its expression reads, mapped or not.
func TestComputedFields(t *testing.T) {
	const slug = `defaults = true
    field "slug" {
      erp    = "x_slug"
      to_erp = slug("${record.title} ${coalesce(record.season, "")}")
    }`
	tandem := strings.Replace(page(t)["tandem.hcl"], "defaults = true", slug, 1)
	for name, c := range map[string]struct{ body, told string }{
		"mapped": {`
  base = { pm = { title = "Tea" }, erp = { name = "Tea", x_slug = "tea" } }
  pm   = { title = "Green tea" }
  expect { erp = { x_slug = "green-tea", name = "Green tea" } }`, ""},
		"not mapped": {`
  base = { pm = { title = "Tea", season = "summer" }, erp = { x_slug = "tea-summer" } }
  pm   = { season = "winter" }
  expect {
    erp  = { x_slug = "tea-winter" }
    only = true
  }`, ""},
		"edited by hand": {`
  base = { pm = { title = "Tea" }, erp = { x_slug = "tea" } }
  pm   = { title = "Green tea" }
  erp  = { x_slug = "best-tea" }
  expect {
    conflict "slug" { decision = "waits" }
  }`, ""},
		"what does not follow": {`
  base = { pm = { title = "Tea", price = 12 }, erp = { x_slug = "by-hand", list_price = 10 } }
  pm   = { price = 24 }
  expect { erp = { x_slug = "tea" } }`, `erp x_slug: nothing is written: "tea", by unchanged on both sides`},
	} {
		got := run(t, map[string]string{"tandem.hcl": tandem, "a.test.hcl": "test \"it\" {" + c.body + "\n}\n"}).Tests[0]
		if got.Passed != (c.told == "") || !strings.Contains(told(got), c.told) {
			t.Errorf("%s: passed %v: %s", name, got.Passed, told(got))
		}
	}
}

package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// TestMistakesInTests holds what is said about the files of tests in testdata/tests against expected.txt beside them.
func TestMistakesInTests(t *testing.T) {
	dirs, err := filepath.Glob("testdata/tests/*")
	if err != nil || len(dirs) < 6 {
		t.Fatalf("%d directories, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c, _, problems := config.LoadTests(dir, nil, options(t))
			if !problems.HasErrors() {
				t.Fatal("no mistake was found")
			}
			golden(t, filepath.Join(dir, "expected.txt"), render(t, c, problems))
		})
	}
}

const testable = `
variable "login" {}
locals { shirt = { title = "Shirt", price = 24 } }
source "products_manager" "pm" { url = env("NOT_SET") }
source "odoo" "erp" {
  url      = env("NOT_SET")
  database = "example"
  login    = var.login
  api_key  = credential("not_there")
}
pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  mapping {
    defaults = true
    without  = ["stock_quantity", "images[0].url"]
    field "attributes.color" { erp = "x_color" }
  }
}
`

// Tests are read without what only a connection needs, and validate still wants it.
func TestTestsNeedNoSurroundings(t *testing.T) {
	dir := write(t, map[string]string{"tandem.hcl": testable, "a.test.hcl": `
test "b" {
  base     = { pm = { attributes = { color = "red" }, price = 1 } }
  pm       = local.shirt
  modified = { erp = "2026-11-24T10:00:00Z" }
  expect {
    erp  = { name = "Shirt", list_price = 24.50 }
    only = true
  }
}
`, "b.test.hcl": `test "a" {
  pm = { sku = "1" }
  expect { nothing = true }
}`})
	opts := options(t)
	if _, problems := config.Load(dir, opts); !problems.HasErrors() {
		t.Error("the configuration is valid without a value of var.login")
	}
	c, tests, problems := config.LoadTests(dir, nil, opts)
	if problems.HasErrors() || len(tests) != 2 {
		t.Fatalf("%d tests: %s", len(tests), render(t, c, problems))
	}
	got := tests[0]
	if got.Name != "b" || !got.Linked || got.Pipeline.Name != "products" || got.Range.Start.Line != 2 {
		t.Errorf("%+v", got)
	}
	if v := got.Base[pipeline.Left]["attributes.color"]; v.AsText() != "red" {
		t.Errorf("a nested field is %v", got.Base)
	}
	if v := got.Records[pipeline.Left]["price"]; !v.Equal(pipeline.Int(24)) || got.Records[pipeline.Right] != nil {
		t.Errorf("the records are %v", got.Records)
	}
	if got.Modified[pipeline.Right].Hour() != 10 || !got.Modified[pipeline.Left].IsZero() {
		t.Errorf("modified: %v", got.Modified)
	}
	writes := got.Expect.Writes[pipeline.Right]
	names := []string{}
	for _, f := range writes {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"name", "list_price"}) || writes[1].Value.String() != "24.5" || writes[1].Range.Start.Line != 7 || !got.Expect.Only {
		t.Errorf("expected: %+v", got.Expect)
	}
	_, tests, problems = config.LoadTests(dir, []string{filepath.Join(dir, "b.test.hcl")}, opts)
	if problems.HasErrors() || len(tests) != 1 || tests[0].Name != "a" {
		t.Errorf("of one file: %v %v", tests, problems)
	}
}

// Each attribute and block of a file of tests is in docs/tests.md.
func TestTestsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/tests.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range config.ShapesOfTests() {
		names := shape.Attributes
		for _, b := range shape.Blocks {
			names = append(names, b.Type)
		}
		for _, name := range names {
			if !regexp.MustCompile("`[^`\n]*\\b" + name + "\\b[^`\n]*`").Match(text) {
				t.Errorf("%s: `%s` is not in docs/tests.md", shape.Name, name)
			}
		}
	}
}

func TestFilesOfTestsThatAreNotThere(t *testing.T) {
	dir := write(t, map[string]string{"tandem.hcl": testable, "sub/x.hcl": ""})
	for name, want := range map[string]string{"none.test.hcl": "There is no file", "sub": "is a directory"} {
		_, _, problems := config.LoadTests(dir, []string{filepath.Join(dir, name)}, options(t))
		if !problems.HasErrors() || !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: %v, want %q", name, problems, want)
		}
	}
}

// A configuration with errors tells them beside those of the tests.
func TestTestsOfAConfigurationWithErrors(t *testing.T) {
	dir := write(t, map[string]string{
		"tandem.hcl": strings.Replace(testable, "defaults = true", "default = true", 1),
		"a.test.hcl": "test \"a\" {\n  pm = { sku = \"1\" }\n  expects {}\n}\n" + "tst {}",
	})
	c, tests, problems := config.LoadTests(dir, nil, options(t))
	text := render(t, c, problems)
	if len(tests) > 0 || !strings.Contains(text, `Did you mean "defaults"?`) || !strings.Contains(text, `Did you mean "test"?`) {
		t.Errorf("%d tests\n%s", len(tests), text)
	}
	if i := slices.IndexFunc(problems, func(p *hcl.Diagnostic) bool { return p.Severity != hcl.DiagError }); i >= 0 {
		t.Errorf("a warning is told: %s", problems[i])
	}
	if err := os.WriteFile(filepath.Join(dir, "tandem.hcl"), []byte(testable), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, problems := config.LoadTests(dir, nil, options(t)); len(problems) != 2 { // expects, tst
		t.Errorf("%d problems: %s", len(problems), problems)
	}
}

// Package examples_test holds the examples against the code.
package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
)

// environment reads DIR/example.env.
func environment(t *testing.T, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "example.env"))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			env[name] = value
		}
	}
	return env
}

func load(t *testing.T, dir string, varFiles ...string) (*config.Config, hcl.Diagnostics) {
	t.Helper()
	env := environment(t, dir)
	cfg, diags := config.Load(dir, config.Options{
		VarFiles: varFiles,
		Kinds:    []pipeline.SourceKind{odoo.Kind(), productsmanager.Kind()},
		Getenv:   func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return cfg, diags
}

var envCall = regexp.MustCompile(`\benv\("(\w+)"\)`)

func TestExamples(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		dir := entry.Name()
		if files, _ := filepath.Glob(filepath.Join(dir, "*.hcl")); len(files) == 0 {
			continue // of another kind, with a test of its own
		}
		t.Run(dir, func(t *testing.T) {
			unused := environment(t, dir)
			for _, varFiles := range stages(t, dir) {
				cfg, diags := load(t, dir, varFiles...)
				for _, d := range diags {
					t.Errorf("%s", d)
				}
				for _, f := range cfg.Files {
					for _, m := range envCall.FindAllStringSubmatch(string(f.Bytes), -1) {
						delete(unused, m[1])
					}
				}
			}
			if len(unused) > 0 {
				t.Errorf("example.env has %v, which nothing reads", unused)
			}
			if !strings.Contains(string(readme), "("+dir+")") {
				t.Error("README.md does not tell of it")
			}
			if page, err := os.ReadFile(filepath.Join(dir, "README.md")); err == nil {
				for _, part := range []string{"**When**", "**What it does**", "**What to change**", "tandem validate", "tandem plan"} {
					if !strings.Contains(string(page), part) {
						t.Errorf("its README.md lacks %q", part)
					}
				}
			}
		})
	}
}

// stages are the variable files that an example is loaded with, one after the other; none for most.
func stages(t *testing.T, dir string) [][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.vars.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	stages := [][]string{}
	for _, f := range files {
		stages = append(stages, []string{f})
	}
	if len(stages) == 0 {
		stages = append(stages, nil)
	}
	return stages
}

// One directory, two installations: other systems, other state, other brakes, the same mapping.
func TestStagingAndProduction(t *testing.T) {
	const dir = "staging-and-production"
	var loaded []*config.Config
	for _, stage := range []string{"staging", "production"} {
		cfg, _ := load(t, dir, filepath.Join(dir, stage+".vars.hcl"))
		if want := "/var/lib/tandem-" + stage; cfg.Daemon.StateDir != want {
			t.Errorf("the state of %s is in %s, want %s", stage, cfg.Daemon.StateDir, want)
		}
		loaded = append(loaded, cfg)
	}
	for i, cfg := range loaded {
		d, other := cfg.Pipelines[0], loaded[1-i].Pipelines[0]
		if len(d.Fields) != len(other.Fields) {
			t.Errorf("%d fields and %d", len(d.Fields), len(other.Fields))
		}
		if d.Schedule == other.Schedule || d.Limits == other.Limits || d.MergeHash == other.MergeHash {
			t.Error("the stages do not differ in schedule, limits or sources")
		}
	}
}

// What the comments of the examples say their expressions do.
func TestTwoCountries(t *testing.T) {
	cfg, _ := load(t, "two-countries")
	for _, d := range cfg.Pipelines {
		if d.Name != "belgium" {
			continue
		}
		for _, c := range []struct {
			category, sold string
			want           bool
		}{
			{"Plein air/Camping/Tentes", "", true},
			{"Plein air/Camping/Tentes", "yes", true},
			{"Plein air/Camping/Tentes", "no", false},
			{"Cuisine/Café", "", false},
		} {
			r := &pipeline.Record{Fields: pipeline.Values{
				"category": pipeline.Text(c.category), "attributes.sold_in_belgium": pipeline.Text(c.sold),
			}}
			if got, err := d.Filter.Selects(r); err != nil || got != c.want {
				t.Errorf("%+v: %v %v (reads %v)", c, got, err, d.FilterReads)
			}
		}
		if d.Creates[pipeline.Left] || !d.Creates[pipeline.Right] {
			t.Error("belgium makes products in Products Manager, or none in Odoo")
		}
		return
	}
	t.Error("there is no pipeline belgium")
}

func TestTaxAndCustomFields(t *testing.T) {
	cfg, _ := load(t, "tax-and-custom-fields")
	d := cfg.Pipelines[0]
	record := &pipeline.Record{Fields: pipeline.Values{"title": pipeline.Text("Café d'Été")}}
	number := func(s string) pipeline.Value {
		v, err := pipeline.ParseNumber(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		field    string
		to       pipeline.Side
		in, want pipeline.Value
	}{
		{"price", pipeline.Right, number("19.99"), number("16.66")},
		{"price", pipeline.Left, number("16.66"), number("19.99")},
		{"ean", pipeline.Right, pipeline.Text("810000012343"), pipeline.Text("0810000012343")},
		{"ean", pipeline.Right, pipeline.Value{}, pipeline.Value{}},
		{"description", pipeline.Right, pipeline.Text("<p>A &amp; B</p>"), pipeline.Text("A & B")},
		{"url_slug", pipeline.Right, pipeline.Value{}, pipeline.Text("cafe-dete")},
		{"url_slug", pipeline.Right, pipeline.Text("own"), pipeline.Text("own")},
	} {
		f, ok := d.Field(c.field)
		if !ok {
			t.Fatalf("no field %s", c.field)
		}
		if got, err := f.Carry[c.to].Apply(c.in, record); err != nil || !got.Equal(c.want) {
			t.Errorf("%s of %v to %s is %v, want %v: %v", c.field, c.in, c.to, got, c.want, err)
		}
	}
}

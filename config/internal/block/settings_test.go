package block_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

type settings struct {
	Name    string          `hcl:"name"`
	Key     pipeline.Secret `hcl:"key,optional"`
	On      bool            `hcl:"on,optional"`
	Count   int             `hcl:"count,optional"`
	Hosts   []string        `hcl:"hosts,optional"`
	Timeout time.Duration   `hcl:"timeout,optional"`
	Size    pipeline.Size   `hcl:"size,optional"`
	Given   *nested         `hcl:"given,block"`
	Absent  *nested         `hcl:"absent,block"`
	Ratio   float64         `hcl:"ratio,optional"`
	untold  string
}

type nested struct {
	Path   string          `hcl:"path,optional"`
	Secret pipeline.Secret `hcl:"secret,optional"`
}

func decode(t *testing.T, text string, into any) (block.Decoded, *diag.List) {
	t.Helper()
	file, problems := hclsyntax.ParseConfig([]byte(text), "a.hcl", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	d := &diag.List{}
	c := block.Decoder{Diags: d, Scope: &expression.Scope{Locals: map[string]cty.Value{
		"marked": cty.StringVal("hush").Mark("x"), "null": cty.NullVal(cty.String), "failed": cty.DynamicVal,
	}}}
	return c.Settings(file.Body.(*hclsyntax.Body), "a test block", hcl.Range{Filename: "a.hcl"}, into), d
}

func TestSettings(t *testing.T) {
	got := &settings{Count: 4, Timeout: time.Minute, Given: &nested{Path: "default"}, untold: "stays"}
	_, d := decode(t, `
name    = local.marked
key     = local.marked
on      = true
hosts   = ["a", "b"]
timeout = "90s"
size    = "10MiB"
count   = null
given {
  secret = local.marked
}`, got)
	want := &settings{
		Name: "hush", Key: pipeline.NewSecret("hush"), On: true, Count: 4, Hosts: []string{"a", "b"}, Timeout: 90 * time.Second,
		Size: 10 << 20, Given: &nested{Path: "default", Secret: pipeline.NewSecret("hush")}, untold: "stays",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{}, pipeline.Secret{})); diff != "" || len(d.Sorted()) > 0 {
		t.Errorf("%v, -want +got\n%s", d.Sorted(), diff)
	}
	for path, want := range map[string]string{"given.path": "default", "name": "hush", "absent.path": "", "no.such": "", "name.x": "", "on": ""} {
		if text := block.TextSetting(got, path); text != want {
			t.Errorf("%s: got %q, want %q", path, text, want)
		}
	}
	if names := block.SecretNames(got); !slices.Equal(names, []string{"key", "secret", "secret"}) {
		t.Errorf("secrets: %s", names)
	}
}

func TestSettingsThatFail(t *testing.T) {
	for text, want := range map[string]string{
		`name = null`:                               `A test block needs the attribute name. Add`,
		``:                                          `A test block needs the attribute name. Add`,
		`name = local.failed`:                       ``, // reported where it failed
		"name = \"a\"\nkey = \"plain\"":             `key stands in the file`,
		"name = \"a\"\nratio = 1.5":                 `This version cannot decode ratio (a float64)`,
		"name = \"a\"\nsize = \"ten\"":              `size must be a size with its unit`,
		"name = \"a\"\ntimeout = \"-5s\"":           `timeout must be longer than zero`,
		"name = \"a\"\nhosts = [\"a\", null]":       `hosts holds an empty element`,
		"name = \"a\"\ncount = -1":                  `count must be a whole number from 0 on`,
		"name = [\"a\"]":                            `name must be text in quotes, but this is a list`,
		"name = \"a\"\ngiven {\npath = 1\nx = 2\n}": `There is no attribute "x" in a given block.`,
	} {
		decoded, d := decode(t, text, &settings{})
		if got := d.Sorted().Error(); !strings.Contains(got, want) || want == "" && (len(d.Sorted()) > 0 || !decoded.Wrong["name"]) {
			t.Errorf("%s: got %s, want %q", text, got, want)
		}
	}
}

func TestWhereASettingStands(t *testing.T) {
	decoded, _ := decode(t, "name = \"a\"\ngiven {\n  path = \"b\"\n}", &settings{})
	for path, line := range map[string]int{"name": 1, "given.path": 3, "given.secret": 2, "absent.path": 0, "": 0} {
		if at := decoded.At(path, hcl.Range{}); at.Start.Line != line {
			t.Errorf("%s: line %d, want %d", path, at.Start.Line, line)
		}
	}
}

package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/config/functions"
)

const reference = "../docs/configuration.md"

// csvFile matches a CSV file of the documentation, with its name.
var csvFile = regexp.MustCompile("(?ms)`([a-z]+\\.csv)`[^\n]*:\n\n```csv\n(.*?)^```$")

// TestDocumentedConfigurationsLoad loads every HCL block of the documentation that begins with the
// comment "# tandem.hcl", which says that it is a whole configuration.
func TestDocumentedConfigurationsLoad(t *testing.T) {
	block := regexp.MustCompile("(?ms)^```hcl\n(# tandem\\.hcl\n.*?)^```$")
	for path, least := range map[string]int{reference: 4, "../README.md": 0} {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) && least == 0 {
			t.Logf("%s is not there", path)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		found := block.FindAllSubmatch(text, -1)
		if len(found) < least {
			t.Errorf("%s has %d whole configurations, %d at least are expected", path, len(found), least)
		}
		for i, m := range found {
			opts := options(t)
			opts.Getenv = func(name string) (string, bool) { return secret, !strings.HasPrefix(name, config.EnvPrefix) }
			for _, c := range regexp.MustCompile(`credential\("([^"]+)"\)`).FindAllSubmatch(m[1], -1) {
				if err := os.WriteFile(filepath.Join(opts.CredentialsDir, string(c[1])), []byte(secret), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			files := map[string]string{"tandem.hcl": string(m[1])}
			for _, table := range csvFile.FindAllSubmatch(text, -1) {
				files[string(table[1])] = string(table[2])
			}
			c, problems := config.Load(write(t, files), opts)
			for _, p := range problems {
				if !slices.Contains([]string{"Standard field left out", "No pipeline"}, p.Summary) {
					t.Errorf("%s, block %d:\n%s", path, i+1, render(t, c, problems))
				}
			}
		}
	}
}

// TestDocumentedFunctions holds the list of functions against their table; -update writes it.
func TestDocumentedFunctions(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)(<!-- functions: [^\n]*-->\n).*(<!-- end of functions -->)`)
	want := section.ReplaceAll(text, []byte("${1}"+strings.ReplaceAll(functionTable(), "$", "$$")+"${2}"))
	if *update {
		if err := os.WriteFile(reference, want, 0o644); err != nil {
			t.Fatal(err)
		}
		text = want
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("run go test ./config -update: -want +got\n%s", diff)
	}
}

func functionTable() string {
	var b strings.Builder
	b.WriteString("\n| | |\n|---|---|")
	group := functions.Group("")
	for _, e := range append(functions.PerRecord(), functions.Outside(functions.Place{})...) {
		separator := ", "
		if e.Group != group {
			group = e.Group
			note := ""
			if group == functions.Surrounding {
				note = ", not per record"
			}
			fmt.Fprintf(&b, " |\n| %s%s", group, note)
			separator = " | "
		}
		fmt.Fprintf(&b, "%s`%s`", separator, e.Name)
	}
	return strings.Replace(b.String(), "|---|---| |", "|---|---|", 1) + " |\n\n"
}

// TestEverythingIsDocumented: each attribute and block has its place in the reference.
func TestEverythingIsDocumented(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range config.Shapes() {
		names := shape.Attributes
		for _, b := range shape.Blocks {
			names = append(names, b.Type)
		}
		for _, name := range names {
			if !regexp.MustCompile("`[^`\n]*\\b" + name + "\\b[^`\n]*`").Match(text) {
				t.Errorf("%s: `%s` is not in %s", shape.Name, name, reference)
			}
		}
	}
}

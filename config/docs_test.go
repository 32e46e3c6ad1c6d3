package config_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/config/functions"
)

const reference = "../docs/configuration.md"

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

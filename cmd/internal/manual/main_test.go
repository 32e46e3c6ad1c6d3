package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManual(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SOURCE_DATE_EPOCH", "1795000000")
	if err := write(dir, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	for name, told := range map[string][]string{
		"man1/tandem.1":             {`"TANDEM" "1" "Nov 2026" "tandem 1.2.3" "Tandem"`, "Exit codes"},
		"man1/tandem-plan.1":        {"SYNOPSIS", "--out", "SEE ALSO"},
		"man1/tandem-state-check.1": {"SYNOPSIS"},
		"man1/tandem-demo.1":        {"--once"},
		"completions/tandem":        {"bash completion V2 for tandem"},
		"completions/_tandem":       {"#compdef tandem"},
		"completions/tandem.fish":   {"complete -c tandem"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		for _, s := range told {
			if !strings.Contains(strings.ReplaceAll(string(text), `\-`, "-"), s) {
				t.Errorf("%s does not have %q", name, s)
			}
		}
	}
}

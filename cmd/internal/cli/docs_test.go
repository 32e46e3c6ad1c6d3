package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// docs/commands.md names every command, and nothing that is not one.
func TestCommandsPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	table, _, _ := strings.Cut(string(page), "## With and without")
	c := &cli{Options: Options{Demo: nil}}
	known := map[string]bool{"demo": true, "completion": true}
	for _, cmd := range c.root().Commands() {
		name := cmd.Name()
		if name == "help" {
			continue
		}
		known[name] = true
		if !strings.Contains(table, "`"+name+"`") && !strings.Contains(table, "`"+name+" ") {
			t.Errorf("the page does not have %s", name)
		}
		for _, sub := range cmd.Commands() {
			if full := name + " " + sub.Name(); sub.Name() != "list" && !strings.Contains(table, "`"+full) {
				t.Errorf("the page does not have %s", full)
			}
			eachLongFlag(sub, func(flag string) { wantFlag(t, table, cmd.Name()+" "+sub.Name(), flag) })
		}
		eachLongFlag(cmd, func(flag string) { wantFlag(t, table, name, flag) })
	}
	for line := range strings.Lines(table) {
		if name, ok := strings.CutPrefix(line, "| `"); ok {
			name = strings.FieldsFunc(name, func(r rune) bool { return r == '`' || r == ' ' })[0]
			if !known[name] {
				t.Errorf("the page has %s, which is no command", name)
			}
		}
	}
}

func eachLongFlag(cmd *cobra.Command, f func(string)) {
	for _, line := range strings.Split(cmd.NonInheritedFlags().FlagUsages(), "\n") {
		for _, word := range strings.Fields(line) {
			if strings.HasPrefix(word, "--") {
				f(word)
				break
			}
		}
	}
}

func wantFlag(t *testing.T, table, command, flag string) {
	t.Helper()
	if flag != "--help" && !strings.Contains(table, flag) {
		t.Errorf("the page does not have %s of %s", flag, command)
	}
}

package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/config"
)

var update = flag.Bool("update", false, "write docs/configuration-reference.md and docs/command-reference.md")

const generated = "<!-- written by `go test ./cmd/internal/cli -update`: edit the code, not this page -->\n\n"

// wantPage holds a page against the code; -update writes it.
func wantPage(t *testing.T, name, want string) {
	t.Helper()
	want = strings.ReplaceAll(want, "|  |", "| |")
	file := filepath.Join(root, name)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is not what the code says; run go test ./cmd/internal/cli -update: -want +got\n%s", name, diff)
	}
}

// TestConfigurationReference holds the reference of the configuration against what the loader reads.
func TestConfigurationReference(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Configuration reference\n\n" + generated +
		"Every block and attribute. [configuration.md](configuration.md) tells how they work together, and what expressions may say;\n" +
		"`tandem schema` prints the same as a JSON schema. Upper-case words stand for names of your own; LABEL for the label of a source.\n\n" +
		"A *secret* is written `env(\"NAME\")` or `credential(\"NAME\")`, a *duration* `\"90s\"`, `\"5m\"` or `\"1h30m\"`, a *size* `\"10MB\"` or\n" +
		"`\"512KB\"`, a *limit* as a number, a percentage `\"50%\"` or `null`. A *reference* stands without quotes. An *expression* is worked out\n" +
		"for each record, everything else once.\n")
	for _, s := range config.Describe(app.Kinds()) {
		writeBlock(t, &b, s, "", 2)
	}
	wantPage(t, "docs/configuration-reference.md", b.String())
}

// writeBlock writes the section of a block, and those of the blocks in it.
func writeBlock(t *testing.T, b *strings.Builder, s config.Setting, within string, level int) {
	t.Helper()
	if s.Doc == "" {
		t.Errorf("%s %q is not described", within, s.Name)
	}
	head := strings.TrimSpace(within + " " + s.Name)
	title := head
	for _, label := range s.Labels {
		head += " " + quoted(label)
		if label == quoted(label) { // the kind of a source
			title += " " + label
		}
	}
	fmt.Fprintf(b, "\n%s `%s`\n\n%s\n", strings.Repeat("#", level), head, pageLinks(s.Doc))
	var attributes, blocks []config.Setting
	for _, in := range s.Block {
		if in.Kind == "block" {
			blocks = append(blocks, in)
			continue
		}
		attributes = append(attributes, in)
		if in.Doc == "" {
			t.Errorf("%s: %q is not described", head, in.Name)
		}
	}
	if len(attributes) > 0 {
		b.WriteString("\n| attribute | type | default | |\n|---|---|---|---|\n")
		for _, a := range attributes {
			fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", a.Name, typeOf(a), defaultOf(a), cell(a.Doc))
		}
	}
	if len(blocks) > 0 {
		var names []string
		for _, in := range blocks {
			names = append(names, "`"+in.Name+"`")
		}
		fmt.Fprintf(b, "\nBlocks in it: %s.\n", strings.Join(names, ", "))
	}
	if example := exampleOf(s); example != "" {
		fmt.Fprintf(b, "\n```hcl\n%s```\n", example)
	}
	for _, in := range blocks {
		if strings.HasPrefix(in.Doc, "As in a pipeline") {
			continue
		}
		writeBlock(t, b, in, title, level+1)
	}
}

func quoted(label string) string {
	if strings.HasPrefix(label, `"`) {
		return label
	}
	return `"` + label + `"`
}

func typeOf(s config.Setting) string {
	if len(s.Choices) == 0 {
		return string(s.Kind)
	}
	words := make([]string, len(s.Choices))
	for i, w := range s.Choices {
		words[i] = "`\"" + w + "\"`"
	}
	return strings.Join(words, ", ")
}

func defaultOf(s config.Setting) string {
	switch d := s.Default.(type) {
	case nil:
		if s.Required {
			return "required"
		}
		return ""
	case string:
		return "`\"" + d + "\"`"
	default:
		return fmt.Sprintf("`%v`", d)
	}
}

func cell(s string) string { return strings.ReplaceAll(pageLinks(s), "|", "\\|") }

var pageName = regexp.MustCompile(`(^|[ (])docs/([\w-]+\.md)`)

// pageLinks makes links of pages that are named for readers of the code.
func pageLinks(s string) string { return pageName.ReplaceAllString(s, "$1[$2]($2)") }

// exampleOf is the block with those attributes that have an example; "" where none has.
func exampleOf(s config.Setting) string { return exampleWith(s, "", "") }

// exampleWith is that example with one attribute more, or another value of it.
func exampleWith(s config.Setting, name, value string) string {
	names := strings.NewReplacer("to_LABEL", "to_erp", "LABEL", "erp", "NAME", "vat")
	labels := map[string]string{
		"variable": "vat_percent", "mapping": "catalogue", "pipeline": "products", "field": "price", "category": "Clothing", "media": "images",
	}
	head := s.Name
	for _, label := range s.Labels {
		switch {
		case strings.HasPrefix(label, `"`):
			head += " " + label
		case s.Name == "source":
			head += map[bool]string{true: ` "erp"`, false: ` "pm"`}[s.Labels[0] == `"odoo"`]
		default:
			head += ` "` + labels[s.Name] + `"`
		}
	}
	text := ""
	for _, in := range s.Block {
		if in.Name == name {
			in.Example = value
		}
		if in.Example != "" {
			text += names.Replace(in.Name) + " = " + in.Example + "\n"
		}
	}
	for _, in := range s.Block { // what it cannot be without
		if in.Kind == "block" && in.Required {
			text += exampleOf(in)
		}
	}
	if text == "" {
		return ""
	}
	return string(hclwrite.Format([]byte(head + " {\n" + text + "}\n")))
}

// TestCommandReference holds the reference of the commands against the commands.
func TestCommandReference(t *testing.T) {
	tree := commandTree()
	var b strings.Builder
	b.WriteString("# Command reference\n\n" + generated +
		"Every command and flag, as `tandem help COMMAND` shows them. [commands.md](commands.md) tells how they work, with exit codes and JSON.\n\n" +
		"`help` and `completion SHELL` do what they do everywhere.\n\n")
	var sections strings.Builder
	b.WriteString("| command | does |\n|---|---|\n")
	for _, cmd := range tree.Commands() {
		writeCommand(t, &b, &sections, cmd)
	}
	b.WriteString("\nLong flags may begin with one dash. These are good for every command:\n\n")
	writeFlags(&b, tree.PersistentFlags())
	b.WriteString(sections.String())
	wantPage(t, "docs/command-reference.md", b.String())
}

// writeCommand writes a line of the index and a section for a command, and for those below it.
func writeCommand(t *testing.T, index, b *strings.Builder, cmd *cobra.Command) {
	t.Helper()
	ours := cmd.Name() != "help" && cmd.Name() != "completion" && !strings.HasPrefix(cmd.CommandPath(), "tandem completion")
	if !ours || cmd.Hidden || cmd.Name() == "list" { // a longer name of its parent
		return
	}
	if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" {
		t.Errorf("%s: its help lacks a line (%q), a text (%q) or an example (%q)", cmd.CommandPath(), cmd.Short, cmd.Long, cmd.Example)
	}
	if strings.HasSuffix(cmd.Short, ".") || len(cmd.Short) > 110 {
		t.Errorf("%s: its line is too long, or ends with a full stop: %q", cmd.CommandPath(), cmd.Short)
	}
	use := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	fmt.Fprintf(index, "| [`%s`](#%s) | %s |\n", strings.ReplaceAll(use, "|", "\\|"), anchorOf("`"+use+"`"), cell(cmd.Short))
	fmt.Fprintf(b, "\n## `%s`\n\n%s\n", use, pageLinks(cmd.Long))
	if cmd.NonInheritedFlags().HasAvailableFlags() {
		b.WriteString("\n")
		writeFlags(b, cmd.NonInheritedFlags())
	}
	if cmd.Example != "" {
		fmt.Fprintf(b, "\n```sh\n%s\n```\n", unindented(cmd.Example))
	}
	for _, sub := range cmd.Commands() {
		writeCommand(t, index, b, sub)
	}
}

func unindented(example string) string {
	lines := strings.Split(strings.Trim(example, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}

func writeFlags(b *strings.Builder, flags *pflag.FlagSet) {
	b.WriteString("| flag | default | |\n|---|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		name, does := pflag.UnquoteUsage(f)
		flag := "--" + f.Name
		if name != "" {
			flag += " " + strings.ToUpper(name)
		}
		if f.Shorthand != "" {
			flag = "-" + f.Shorthand + ", " + flag
		}
		value := f.DefValue
		if slices.Contains([]string{"", "false", "[]"}, value) {
			value = ""
		} else {
			value = "`" + value + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", flag, value, cell(does))
	})
}

// TestChoices: of an attribute that is said to be one of a few words, these are taken and no other.
func TestChoices(t *testing.T) {
	found := 0
	var look func(settings []config.Setting)
	look = func(settings []config.Setting) {
		for _, s := range settings {
			for _, a := range s.Block {
				if len(a.Choices) == 0 {
					continue
				}
				for _, word := range append(slices.Clone(a.Choices), "no-such-word") {
					found++
					f := fence{text: exampleWith(s, a.Name, fmt.Sprintf("%q", word))}
					told, _ := loadSnippet(t, f)
					if refused := told != ""; refused != (word == "no-such-word") {
						t.Errorf("%sis refused: %v\n%s", f.text, refused, told)
					}
				}
			}
			look(s.Block)
		}
	}
	look(config.Describe(app.Kinds()))
	if found < 20 {
		t.Errorf("only %d words were found", found)
	}
}

package functions_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/functions"
)

var update = flag.Bool("update", false, "write docs/functions.md")

const page = "../../docs/functions.md"

func all(place functions.Place) []functions.Entry {
	return append(functions.PerRecord(), functions.Outside(place)...)
}

// TestReference holds docs/functions.md against the table; -update writes it.
func TestReference(t *testing.T) {
	want := reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./config/functions -update: -want +got\n%s", diff)
	}
}

// TestExamples evaluates every example, and holds each function to be documented.
func TestExamples(t *testing.T) {
	place := testPlace(t)
	usage := regexp.MustCompile(`^[a-z0-9_]+\([^()]*\)$`)
	seen := map[string]bool{}
	for _, e := range all(place) {
		if seen[e.Name] {
			t.Errorf("%s is there twice", e.Name)
		}
		seen[e.Name] = true
		if !strings.HasPrefix(e.Usage, e.Name+"(") || !usage.MatchString(e.Usage) || e.Group == "" {
			t.Errorf("%s is called as %q, of the group %q", e.Name, e.Usage, e.Group)
		}
		for _, s := range []string{e.Does, e.Errors} {
			if s != "" && !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q is no sentence", e.Name, s)
			}
		}
		if e.Does == "" || len(e.Examples) == 0 {
			t.Errorf("%s has no description or no example", e.Name)
		}
		for _, x := range e.Examples {
			if !strings.Contains(x.Call, e.Name+"(") {
				t.Errorf("%s is an example of %s", x.Call, e.Name)
			}
			if got := result(t, place, x.Call); got != written(t, x.Result) {
				t.Errorf("%s gives %s, and is said to give %s", x.Call, got, x.Result)
			}
		}
	}
}

// result is what an expression gives, as JSON.
func result(t *testing.T, place functions.Place, text string) string {
	t.Helper()
	v, err := call(t, place, text)
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return ""
	}
	if v.HasMark(functions.Sensitive) {
		return functions.Secret
	}
	return asJSON(t, v)
}

// written is the value of a literal, as JSON.
func written(t *testing.T, text string) string {
	t.Helper()
	if text == functions.Secret {
		return text
	}
	expr, problems := hclsyntax.ParseExpression([]byte(text), "test.hcl", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatal(text, problems)
	}
	v, ok := expression.Constant(expr)
	if !ok {
		t.Fatalf("%s is no literal", text)
	}
	return asJSON(t, v)
}

func asJSON(t *testing.T, v cty.Value) string {
	t.Helper()
	b, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// reference writes docs/functions.md.
func reference() string {
	var b strings.Builder
	b.WriteString(`# Functions

<!-- Written by go test ./config/functions -update -->

What expressions of a configuration may call; [configuration.md](configuration.md#expressions) says where expressions stand and what
they see. All functions are called everywhere, but those of the group ` + fmt.Sprintf("[%s](#%s)", functions.Surrounding, anchor(string(functions.Surrounding))) + ` not per record.
` + "`tandem functions NAME`" + ` prints the same.

An argument written ` + "`digits = 0`" + ` may be left out, and is 0 then; one in ` + "`[brackets]`" + ` may be left out too; ` + "`...`" + ` takes any number of
arguments. Numbers are exact decimals. A wrong argument is an error when the configuration is loaded; where it comes from a record,
the record waits in quarantine as ` + "`mapping_failed`" + `, and ` + "`try`" + ` puts something else in its place.

`)
	entries := all(functions.Place{})
	group := functions.Group("")
	for _, e := range entries {
		if e.Group != group {
			if group != "" {
				b.WriteString("\n")
			}
			group = e.Group
			fmt.Fprintf(&b, "- [%s](#%s):", group, anchor(string(group)))
		} else {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " [`%s`](#%s)", e.Name, e.Name)
	}
	b.WriteString("\n")
	group = ""
	for _, e := range entries {
		if e.Group != group {
			group = e.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		fmt.Fprintf(&b, "\n### %s\n\n`%s`\n\n%s\n", e.Name, e.Usage, e.Does)
		if e.Errors != "" {
			fmt.Fprintf(&b, "\nErrors: %s\n", e.Errors)
		}
		b.WriteString("\n```hcl\n")
		width := 0
		for _, x := range e.Examples {
			width = max(width, utf8.RuneCountInString(x.Call))
		}
		for _, x := range e.Examples {
			fmt.Fprintf(&b, "%-*s # %s\n", width, x.Call, x.Result)
		}
		b.WriteString("```\n")
	}
	return b.String()
}

// anchor is what GitHub calls a heading in addresses.
func anchor(heading string) string { return strings.ReplaceAll(strings.ToLower(heading), " ", "-") }

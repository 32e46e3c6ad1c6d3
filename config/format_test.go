package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config"
)

func TestFormat(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"empty":           {"", ""},
		"spaces alone":    {" \n\n", ""},
		"aligns":          {"a=1\nbcd   =   2\n", "a   = 1\nbcd = 2\n"},
		"indents":         {"pipeline \"p\" {\nleft=source.a.b\n      mapping {\ndefaults=true\n}\n}", "pipeline \"p\" {\n  left = source.a.b\n  mapping {\n    defaults = true\n  }\n}\n"},
		"keeps comments":  {"# one\na=1#two\n/* three */\nbc = 2 // four\n", "# one\na = 1 #two\n/* three */\nbc = 2 // four\n"},
		"keeps one line":  {"conflict{strategy=\"pm\"}\n", "conflict { strategy = \"pm\" }\n"},
		"keeps blanks":    {"a = 1\n\n\nb = 2\n\n\n", "a = 1\n\n\nb = 2\n"},
		"keeps heredocs":  {"a=<<EOT\n  x  =  1\nEOT\n", "a = <<EOT\n  x  =  1\nEOT\n"},
		"keeps templates": {"a=\"${  b }  %{ if c }x%{ endif }\"\n", "a = \"${b}  %{if c}x%{endif}\"\n"},
		"expressions":     {"to_erp=round( value/local.vat,2 )\n", "to_erp = round(value / local.vat, 2)\n"},
		"tabs":            {"a {\n\tb = 1\n}\n", "a {\n  b = 1\n}\n"},
	} {
		got := config.Format("a.hcl", []byte(tt.in), kinds())
		if diff := cmp.Diff(tt.want, string(got.Text)); diff != "" || got.Problems.HasErrors() {
			t.Errorf("%s: %v -want +got\n%s", name, got.Problems, diff)
		}
		if got.Changed != (tt.in != tt.want) {
			t.Errorf("%s: changed is %v", name, got.Changed)
		}
	}
}

// A file with a syntax error has no canonical form, and its snippets show no secret.
func TestFormatSyntaxErrors(t *testing.T) {
	got := config.Format("a.hcl", []byte("a = 1\napi_key = \""+secret+"\" oops\n"), kinds())
	if got.Text != nil || got.Changed || len(got.Problems) == 0 || got.Problems[0].Subject.Start.Line != 2 {
		t.Errorf("%+v", got)
	}
	if bytes.Contains(got.File.Bytes, []byte(secret)) {
		t.Error("a secret is shown")
	}
}

// TestFormatKeepsMeaning formats everything there is: it says the same afterwards, and is canonical.
func TestFormatKeepsMeaning(t *testing.T) {
	for _, pattern := range []string{"testdata/*/*.hcl", "testdata/mistakes/*/*.hcl", "../examples/*/*.hcl"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			checkFormat(t, text)
			if strings.HasPrefix(path, "../examples") && config.Format(path, text, kinds()).Changed {
				t.Errorf("%s is not in the canonical form", path)
			}
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, text := range []string{"a = 1", "b \"c\" {\n}", "a = <<-E\n x\n E\n", "a = [\n1,\n 2,]\n", "a = {b=1,\nc=2}#\n", "a = x ? y : -z\n", "a=b...\n\r\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkFormat(t, text) })
}

func checkFormat(t *testing.T, text []byte) {
	t.Helper()
	got := config.Format("a.hcl", text, kinds())
	if got.Text == nil {
		if !got.Problems.HasErrors() {
			t.Errorf("%q is not formatted, and nothing says why", text)
		}
		return
	}
	if again := config.Format("a.hcl", got.Text, kinds()); again.Changed || again.Problems.HasErrors() {
		t.Errorf("%q becomes %q, which becomes %q: %v", text, got.Text, again.Text, again.Problems)
	}
	if diff := cmp.Diff(words(text), words(got.Text)); diff != "" {
		t.Errorf("formatting %q changes what it says: -want +got\n%s", text, diff)
	}
}

// words are the tokens of a text, comments too, without line ends.
func words(text []byte) []string {
	tokens, _ := hclsyntax.LexConfig(text, "", hcl.InitialPos)
	var words []string
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenNewline && t.Type != hclsyntax.TokenEOF {
			words = append(words, strings.TrimRight(string(t.Bytes), " \t\r\n"))
		}
	}
	return words
}

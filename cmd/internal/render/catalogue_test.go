package render

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestErrorPages(t *testing.T) {
	var b bytes.Buffer
	if err := ErrorPages(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "../../../docs/errors.md", b.String())
}

// Every code that the program can say is in the catalogue, once, with everything that a person needs.
func TestCatalogueIsComplete(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../../pipeline/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
			code, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[code] = 0
		}
		return true
	})
	if len(codes) < 30 {
		t.Fatalf("only %d codes were found in codes.go: the test looks in the wrong place", len(codes))
	}
	for _, e := range pipeline.Catalogue() {
		if e.Meaning == "" || e.Cause == "" || e.Remedy == "" {
			t.Errorf("%s: something is empty: %+v", e.Code, e)
		}
		codes[string(e.Code)]++
	}
	for code, n := range codes {
		if n != 1 {
			t.Errorf("%s is in the catalogue %d times", code, n)
		}
	}
}

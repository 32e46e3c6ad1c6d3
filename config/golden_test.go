package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryDiagnosticIsShown: each thing that can be said of a configuration is in a golden file, so that whoever
// changes it sees what a user will read.
func TestEveryDiagnosticIsShown(t *testing.T) {
	goldens, err := filepath.Glob("testdata/*/*/expected.txt")
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, path := range goldens {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		shown.Write(text)
	}
	elsewhere := []string{
		"Fault in Tandem", // of settings that no kind has
		// Of a directory, not of what is in a file: TestNothingToRead.
		"No such directory", "Not a directory", "Directory cannot be read", "File too large", "File cannot be read", "No configuration",
		"Variable file cannot be read", // TestVariableFileMistakes
		"No such file", "Not a file",   // TestFilesOfTestsThatAreNotThere
		"No record",                 // of the console: its script in cmd/tandem
		"The result cannot be used", // of an expression for a record, at the console
	}
	for _, summary := range summaries(t) {
		found := strings.Contains(shown.String(), "Error: "+summary+"\n") || strings.Contains(shown.String(), "Warning: "+summary+"\n")
		if found == slices.Contains(elsewhere, summary) {
			t.Errorf("%q is shown by a golden file: %v", summary, found)
		}
	}
}

// summaries returns what the code of this package and those below it can say.
func summaries(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.go", "expression/*.go", "internal/block/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					all = append(all, summaryOf(n)...)
				case *ast.KeyValueExpr: // of an hcl.Diagnostic that is written out
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Summary" {
						all = append(all, textOf(n.Value)...)
					}
				}
				return true
			})
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) < 50 {
		t.Fatalf("only %d were found: %q", len(all), all)
	}
	return all
}

func summaryOf(call *ast.CallExpr) []string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	at := map[string]int{"Error": 1, "Warning": 1, "General": 0}
	i, known := 0, false
	if ok {
		i, known = at[method.Sel.Name]
	}
	if !known || len(call.Args) <= i+1 {
		return nil
	}
	return textOf(call.Args[i])
}

// textOf returns what a literal text says; nothing for every other expression.
func textOf(e ast.Expr) []string {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return nil
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return nil
	}
	return []string{text}
}

package web

import (
	"encoding/json"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/openapi.json")

// The description in docs is the one that is served, and has every route that is no page, and nothing else.
func TestDescription(t *testing.T) {
	g := newGate(t, nil)
	resp := g.call(t.Context(), "GET", apiPath+"/openapi.json", "", header("Authorization", "Bearer "+testToken))
	served, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	const page = "../../../docs/openapi.json"
	if *update {
		if err := os.WriteFile(page, served, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(kept), string(served)); diff != "" {
		t.Errorf("run go test ./cmd/internal/web -update: -want +got\n%s", diff)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal(served, &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatalf("OpenAPI %q, %v", doc.OpenAPI, err)
	}
	described := 0
	for _, operations := range doc.Paths {
		described += len(operations)
	}
	for _, r := range g.routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		if _, ok := doc.Paths[path][strings.ToLower(method)]; ok {
			described--
		} else if r.described.summary != "" || strings.HasPrefix(path, "/api/") {
			t.Errorf("%s is not described", r.pattern)
		}
	}
	if described != 0 {
		t.Errorf("%d operations are described that are no routes", described)
	}
}

// What cannot be described is told.
func TestDescriptionThatIsMissing(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   described
	}{
		{"nothing", described{}},
		{"a type that has no form in JSON", described{summary: "x", answer: func() {}}},
		{"a part without a name", described{summary: "x", answer: struct{ hidden int }{}}},
	} {
		if _, err := openAPI([]route{{pattern: "GET /x", described: tt.of}}); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
}

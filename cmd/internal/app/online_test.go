package app

import (
	"maps"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// TestDefaultsThatASourceLacks: a field that nobody wrote is told where the defaults are taken.
func TestDefaultsThatASourceLacks(t *testing.T) {
	s := apptest.New(t, nil)
	cfg := s.Config(t, "")
	schema := memory.ProductSchema()
	fields := maps.Clone(schema.Fields)
	delete(fields, "ean")
	about := map[string]pipeline.Description{"erp": {Product: "Memory", Schema: pipeline.Schema{Fields: fields}}}
	diags := unbound(cfg, about)
	if len(diags) != 1 || diags[0].Subject == nil || !strings.Contains(diags[0].Detail, `has no field "ean"`) {
		t.Fatalf("got %v", diags)
	}
	file := cfg.Files[diags[0].Subject.Filename]
	if at := string(diags[0].Subject.SliceBytes(file.Bytes)); at != "defaults = true" {
		t.Errorf("it is told at %q", at)
	}
	if diags := unbound(cfg, map[string]pipeline.Description{"erp": {Schema: memory.ProductSchema()}}); len(diags) != 0 {
		t.Errorf("nothing is missing: %v", diags)
	}
}

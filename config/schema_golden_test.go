package config_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/config"
)

// TestSchema holds the schema, with the kinds of the tests, against a golden file; -update writes it.
func TestSchema(t *testing.T) {
	const golden = "testdata/schema.json"
	got, err := json.MarshalIndent(config.JSONSchema(kinds()), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go test ./config -update: -want +got\n%s", diff)
	}
}

package state_test

import (
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/state"
)

// TestHints: they come back as they went in, from a disk that a crash cut to what was synced.
func TestHints(t *testing.T) {
	disk := vfs.NewCrashableMem()
	s, err := state.Open("state", state.Options{FS: disk})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 29, 21, 0, 0, 0, time.UTC)
	hints := []state.WaitingHint{
		{Pipeline: "products", Source: "erp", Hint: "product.template:7", Since: at},
		{Pipeline: "products", Source: "pm", Hint: "*", Since: at},
		{Pipeline: "products", Source: "pm", Hint: "ean:\x001", Since: at},
		{Pipeline: "second", Source: "pm", Hint: "id:9", Since: at.Add(time.Second)},
	}
	if err := s.ChangeHints(t.Context(), hints[1:2], append(hints, hints[1])); err != nil {
		t.Fatal(err)
	}
	left := disk.CrashClone(vfs.CrashCloneCfg{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = state.Open("state", state.Options{FS: left}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	got, err := s.Hints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hints, got); diff != "" {
		t.Error(diff)
	}
	if names, err := s.Pipelines(t.Context()); err != nil || len(names) > 0 {
		t.Errorf("the pipelines are %q, %v: a hint makes none", names, err)
	}
	if err := s.ChangeHints(t.Context(), hints[1:], nil); err != nil {
		t.Fatal(err)
	}
	if got, err = s.Hints(t.Context()); err != nil || !cmp.Equal(got, hints[:1]) {
		t.Errorf("left are %v, %v", got, err)
	}
}

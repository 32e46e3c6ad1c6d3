package config

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/config/internal/block"
)

// Every block and attribute that the loader knows is described, and nothing else is.
func TestEverythingIsDescribed(t *testing.T) {
	want := []string{"media.folder", "media.key", "media.s3"}
	add := func(path string, s block.Shape) {
		for _, name := range s.Attributes {
			want = append(want, joined(path, name))
		}
		for _, n := range s.Blocks {
			if at := joined(path, n.Type); at != "source" && at != "media" { // these are described by their kinds
				want = append(want, at)
			}
		}
	}
	add("", rootShape())
	for path, shape := range nestedShapes() {
		add(path, shape)
	}
	slices.Sort(want)
	words := described()
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(words))); diff != "" {
		t.Errorf("-in shapes +described\n%s", diff)
	}
	for _, path := range slices.Sorted(maps.Keys(words)) {
		if s := words[path]; s.Doc == "" {
			t.Errorf("%s is not described: %+v", path, s)
		}
	}
}

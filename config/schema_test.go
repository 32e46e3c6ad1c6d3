package config

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The schema has a word on every attribute that the loader knows, and on no other.
func TestSchemaKnowsEveryAttribute(t *testing.T) {
	var want []string
	for path, shape := range nestedShapes() {
		for _, name := range shape.Attributes {
			want = append(want, path+"."+name)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(attributeSchemas()))); diff != "" {
		t.Errorf("-attributes +schema\n%s", diff)
	}
}

package odoo_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

// TestHinted: whatever of a product a call names, its record and those of its variants are given, with the stamps
// that a poll gives; what is not there, and nonsense, gives nothing.
func TestHinted(t *testing.T) {
	eachFamilies(t, func(f *families) {
		parent := f.parent("Shirt", 20)
		children := f.make(f.child(parent, "S", "red", 20), f.child(parent, "M", "red", 22))
		f.parent("Table", 90)
		want := map[pipeline.Key]string{}
		if _, err := f.end.Changes(f.Context(), "", familyFields, func(changes []pipeline.Change) error {
			for _, c := range changes {
				if c.Key == parent || slices.Contains(children, c.Key) {
					want[c.Key] = c.Stamp
				}
			}
			return nil
		}); err != nil {
			f.Fatal(err)
		}
		hinted := func(hints ...pipeline.Hint) map[pipeline.Key]string {
			got := map[pipeline.Key]string{}
			all, err := f.end.Hinted(f.Context(), hints, familyFields, func(changes []pipeline.Change) error {
				for _, c := range changes {
					got[c.Key] = c.Stamp
				}
				return nil
			})
			if err != nil || !all {
				f.Fatalf("%q: %v, %v", hints, all, err)
			}
			return got
		}
		_, variant, _ := strings.Cut(string(children[0]), "v")
		for _, h := range []pipeline.Hint{
			pipeline.Hint("product.template:" + string(parent)),
			pipeline.Hint("product.product:" + variant),
		} {
			if diff := cmp.Diff(want, hinted(h)); diff != "" {
				f.Errorf("%s:\n%s", h, diff)
			}
		}
		for _, h := range []pipeline.Hint{"product.template:999999", "product.product:999999", "stock.quant:999999", "res.partner:1", "product.template:x", "product.template:99999999999999999999", "", "*"} {
			if got := hinted(h); len(got) > 0 {
				f.Errorf("%s gives %v", h, slices.Sorted(maps.Keys(got)))
			}
		}
	})
}

package productsmanager_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

// TestHinted: on each API, what names a product as that API does is read, what names it otherwise is found by a
// search or leaves everything open, and what is not there gives nothing.
func TestHinted(t *testing.T) {
	surfaces(t, func(t *testing.T, s *shop, end pipeline.Endpoint, key func(string) pipeline.Key) {
		id := s.product(t)
		p, _ := s.Get(id)
		ean := p.Text("ean")
		byEAN := key(id) != pipeline.Key(id)
		for _, c := range []struct {
			hints []pipeline.Hint
			want  []pipeline.Key
			all   bool
		}{
			{[]pipeline.Hint{pipeline.Hint("ean:" + ean)}, []pipeline.Key{key(id)}, true},
			{[]pipeline.Hint{pipeline.Hint("id:" + id)}, []pipeline.Key{pipeline.Key(id)}, !byEAN},
			{[]pipeline.Hint{pipeline.Hint("id:" + id), pipeline.Hint("ean:" + ean)}, []pipeline.Key{key(id)}, !byEAN},
			{[]pipeline.Hint{"sku:A-1"}, nil, false},
			{[]pipeline.Hint{"ean:0000000000000"}, nil, byEAN},
			{[]pipeline.Hint{"id:"}, nil, false},
			{[]pipeline.Hint{"id:00000000-0000-4000-8000-000000000000"}, nil, !byEAN},
			{[]pipeline.Hint{"nonsense"}, nil, false},
		} {
			want := c.want
			if byEAN && len(c.hints) == 1 && !c.all {
				want = nil
			}
			var got []pipeline.Key
			all, err := end.Hinted(t.Context(), c.hints, []string{"title", "ean"}, func(changes []pipeline.Change) error {
				for _, c := range changes {
					if c.Stamp != "" || c.Record == nil {
						t.Errorf("%+v: a stamp tells nothing here, the record all", c)
					}
					got = append(got, c.Key)
				}
				return nil
			})
			if err != nil || all != c.all {
				t.Errorf("%q: %v, %v", c.hints, all, err)
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q:\n%s", c.hints, diff)
			}
		}
	})
}

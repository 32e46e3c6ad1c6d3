package starter

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestCategoriesOfBothSides(t *testing.T) {
	pm := pipeline.Field{Type: pipeline.TypePath, Separator: " > "}
	odoo := pipeline.Field{Type: pipeline.TypePath, Separator: " / ", Escapes: true, Root: "All"}
	for name, tt := range map[string]struct {
		pm, odoo [][]string
		want     categories
	}{
		"the same": {[][]string{{"A", "B"}}, [][]string{{"A"}, {"A", "B"}}, categories{Same: 2}},
		"a line holds for what is below": {
			[][]string{{"T-shirts", "Long"}, {"T-shirts"}},
			[][]string{{"T-Shirts"}, {"T-Shirts", "Long"}},
			categories{Same: 1, Renamed: []renamed{{"T-shirts", "All / T-Shirts"}}},
		},
		"a lower level": {
			[][]string{{"Été", "Vélos"}},
			[][]string{{"Été"}, {"Été", "velos"}},
			categories{Same: 1, Renamed: []renamed{{"Été > Vélos", "All / Été / velos"}}},
		},
		"a name with the separator": {
			[][]string{{"tops / shirts"}},
			[][]string{{"Tops / Shirts"}},
			categories{Renamed: []renamed{{"tops / shirts", `All / Tops \/ Shirts`}}},
		},
		"each once": { // a table must not name one twice
			[][]string{{"HATS"}, {"hats"}},
			[][]string{{"Hats"}},
			categories{Renamed: []renamed{{"HATS", "All / Hats"}}, PMCount: 1, PMOnly: []string{"hats"}},
		},
		"the same name counts before one that looks like it": {
			[][]string{{"HATS"}, {"Hats"}},
			[][]string{{"Hats"}},
			categories{Same: 1, PMCount: 1, PMOnly: []string{"HATS"}},
		},
		"a slip of the pen": {
			[][]string{{"Shoos"}, {"Ox"}},
			[][]string{{"Shoes"}, {"Oy"}},
			categories{
				Near: []renamed{{"Shoos", "All / Shoes"}}, PMCount: 2, PMOnly: []string{"Ox", "Shoos"}, OdooCount: 2, OdooOnly: []string{"All / Oy", "All / Shoes"},
			},
		},
		"none": {nil, nil, categories{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := categoriesOf(place{pm, tt.pm}, place{odoo, tt.odoo})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestManyCategoriesAreCounted(t *testing.T) {
	var many [][]string
	for i := range 100 {
		many = append(many, []string{fmt.Sprintf("%03d", i)})
	}
	got := categoriesOf(place{all: many}, place{})
	if got.PMCount != 100 || len(got.PMOnly) != listed || got.More(got.PMCount, got.PMOnly) != 100-listed {
		t.Errorf("%d, of which %d are listed", got.PMCount, len(got.PMOnly))
	}
}

func TestFieldsOfBothSides(t *testing.T) {
	text := func(name string) pipeline.Field { return pipeline.Field{Name: name, Type: pipeline.TypeText} }
	number := pipeline.Field{Name: "x_rank", Type: pipeline.TypeNumber}
	computed := pipeline.Field{Name: "x_maker", Type: pipeline.TypeText, ReadOnly: true}
	got := fieldsOf(
		[]pipeline.Field{text("x_studio_Best_Before"), text("x_color"), number, computed, text("x_none")},
		[]pipeline.Field{text("attributes.bestBefore"), text("color"), text("attributes.color"), text("rank"), text("maker"), text("size")},
	)
	want := fields{
		Mapped: []mapped{
			{text("attributes.bestBefore"), text("x_studio_Best_Before")}, {text("color"), text("x_color")}, {text("maker"), computed},
		},
		Unfit:    []mapped{{text("rank"), number}},
		Proposed: []pipeline.Field{text("x_none")},
		Further:  []string{"attributes.color", "size"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if d := got.Mapped[2].Direction(); d != "to_pm" {
		t.Errorf("what Odoo computes goes %q", d)
	}
}

func TestPrices(t *testing.T) {
	vat := pipeline.Tax{Name: "VAT", Percent: true}
	included, fixed := vat, vat
	included.Included, fixed.Percent = true, false
	for name, tt := range map[string]struct {
		taxes                 []pipeline.Tax
		on, included, strange bool
	}{
		"none": {}, "without tax": {taxes: []pipeline.Tax{vat}, on: true}, "with tax": {taxes: []pipeline.Tax{included, included}, included: true},
		"both": {taxes: []pipeline.Tax{included, vat}, on: true}, "no percentage": {taxes: []pipeline.Tax{vat, fixed}, strange: true},
	} {
		if p := pricesOf(tt.taxes); p.On != tt.on || p.Included != tt.included || p.Strange != tt.strange {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

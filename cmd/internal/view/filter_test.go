package view

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestConflictFilter(t *testing.T) {
	conflict := func(id, of, field, sku, pm, erp string) Conflict {
		return Conflict{
			ID: id, Pipeline: of, Field: field, Match: pipeline.Values{"sku": pipeline.Text(sku)},
			Values: map[string]pipeline.Value{"pm": pipeline.Text(pm), "erp": pipeline.Text(erp)},
		}
	}
	settled := conflict("settled", "products", "price", "CH-100", "10", "12")
	settled.Resolution = &Resolution{Take: "pm"}
	all := []Conflict{
		conflict("a", "products", "price", "CH-100", "10", "12"),
		conflict("b", "products", "title", "CH-200", "Chaise.", "Chair\nof wood"),
		conflict("c", "prices", "price", "TB-1", "", "99"),
		conflict("d", "products", "", "CH-1", "", `{"title":"x"}`),
		settled,
	}
	field := func(name string) *string { return &name }
	for name, tc := range map[string]struct {
		filter ConflictFilter
		want   string
	}{
		"all that wait":           {ConflictFilter{}, "a b c d"},
		"one field":               {ConflictFilter{Field: field("price")}, "a c"},
		"the record itself":       {ConflictFilter{Field: field("")}, "d"},
		"one pipeline":            {ConflictFilter{Pipeline: "prices"}, "c"},
		"the beginning of a sku":  {ConflictFilter{Match: map[string]string{"sku": "CH-*"}}, "a b d"},
		"one character":           {ConflictFilter{Match: map[string]string{"sku": "CH-?00"}}, "a b"},
		"the whole text only":     {ConflictFilter{Match: map[string]string{"sku": "CH-1"}}, "d"},
		"no such match field":     {ConflictFilter{Match: map[string]string{"ean": "*"}}, ""},
		"a value of one side":     {ConflictFilter{Values: map[string]string{"erp": "12"}}, "a"},
		"a value over two lines":  {ConflictFilter{Values: map[string]string{"erp": "Chair*"}}, "b"},
		"a dot is a dot":          {ConflictFilter{Values: map[string]string{"pm": "Chaise?"}, Field: field("title")}, "b"},
		"a side that holds none":  {ConflictFilter{Values: map[string]string{"pm": ""}}, "c d"},
		"everything together":     {ConflictFilter{Pipeline: "products", Field: field("price"), Match: map[string]string{"sku": "CH*"}, Values: map[string]string{"pm": "1*"}}, "a"},
		"what fits in part alone": {ConflictFilter{Field: field("price"), Match: map[string]string{"sku": "CH-200"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range tc.filter.Select(all) {
				got = append(got, c.ID)
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("selects %q, want %q", got, tc.want)
			}
		})
	}
}

package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTableOfCategories(t *testing.T) {
	const table = `
  mapping {
    defaults = true
    category "Clothing" { erp = "All / Apparel" }
    category "Clothing/Shirts" { erp = "Tops" }
  }`
	p := loadPipeline(t, table)
	var paths [][2]string
	for _, place := range p.Places {
		paths = append(paths, place.Paths)
	}
	if diff := cmp.Diff([][2]string{{"Clothing", "All / Apparel"}, {"Clothing/Shirts", "Tops"}}, paths); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	other := loadPipeline(t, "mapping { defaults = true }")
	if p.MergeHash == other.MergeHash || len(other.Places) != 0 {
		t.Errorf("the table is not part of the definition: %v", other.Places)
	}
}

// Where categories go one way only, several may become one.
func TestSeveralCategoriesBecomeOne(t *testing.T) {
	p := loadPipeline(t, `
  mapping {
    defaults = true
    field "category" { direction = "to_erp" }
    category "Clothing" { erp = "All / Apparel" }
    category "Fashion" { erp = "All / Apparel" }
  }`)
	if len(p.Places) != 2 {
		t.Errorf("places: %v", p.Places)
	}
	field, _ := p.Field("category")
	if field.Writes != [2]bool{false, true} {
		t.Errorf("written to %v", field.Writes)
	}
}

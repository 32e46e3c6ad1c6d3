package productsmanager_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

func surveyOf(t *testing.T, end pipeline.Endpoint) (pipeline.Survey, error) {
	t.Helper()
	surveyor, ok := end.(pipeline.Surveyor)
	if !ok {
		t.Fatal("the endpoint is no Surveyor")
	}
	return surveyor.Survey(t.Context())
}

func TestSurvey(t *testing.T) {
	s := newShop(t, pmsim.Config{Separator: " > "})
	for i, p := range []map[string]any{
		{"title": "Shirt", "category": "Clothing > Shirts", "attributes": map[string]any{"color": "red", "a.b": 1}, "brand": "Acme", "my_rank": 3},
		{"title": "Shirt, red", "category": "Clothing > Shirts", "parent_sku": "S-0", "my_rank": 7, "my_flag": true},
		{"title": "Chair", "category": "A/B", "my_list": []any{1}, "mixed": "seven"},
		{"title": "Chair 2", "mixed": 7, "empty": nil},
	} {
		p["sku"] = fmt.Sprintf("S-%d", i)
		if err := s.Put(pmsim.Product{Fields: p}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := surveyOf(t, s.open(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]pipeline.FieldType{}
	for _, f := range got.Extra {
		types[f.Name] = f.Type
	}
	delete(types, "tax_rate") // the stand-in's own default
	if diff := cmp.Diff(map[string]pipeline.FieldType{
		"attributes.color": pipeline.TypeText, "brand": pipeline.TypeText, "my_rank": pipeline.TypeNumber, "my_flag": pipeline.TypeBool, "mixed": pipeline.TypeText,
	}, types); diff != "" {
		t.Errorf("fields (-want +got)\n%s", diff)
	}
	if got.About.Records != 4 || got.Sampled != 0 || got.Families != 1 || got.API != "app" || got.Separator != " > " {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([][]string{{"A/B"}, {"Clothing", "Shirts"}}, got.Categories); diff != "" {
		t.Errorf("categories (-want +got)\n%s", diff)
	}
}

// A large catalogue is sampled, and so told.
func TestSurveySamples(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	s.fill(t, 1201)
	got, err := surveyOf(t, s.open(t, nil))
	if err != nil || got.Sampled != 1000 || got.About.Records != 1201 {
		t.Errorf("sampled %d of %d, %v", got.Sampled, got.About.Records, err)
	}
	if n := s.requests()["list"]; n > 11 {
		t.Errorf("%d requests", n)
	}
}

// A key of another API is good: that one is surveyed.
func TestSurveyFindsTheAPI(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	s.fill(t, 3)
	s.Inject(pmsim.Fault{Path: "/products", Status: 401})
	got, err := surveyOf(t, s.open(t, nil))
	if err != nil || got.API != "windev" || got.About.Records != 3 {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := surveyOf(t, s.open(t, func(s *productsmanager.Settings) { s.APIKey = pipeline.NewSecret("wrong") })); err == nil || pipeline.AsError(err).Code != pipeline.CodeAccessDenied {
		t.Errorf("got %v", err)
	}
}

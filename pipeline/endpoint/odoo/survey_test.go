package odoo_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

func TestSurvey(t *testing.T) {
	for _, version := range []int{16, 18, 19} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			s := newShop(t, version, func(c *odoosim.Config, _ *odoo.Settings) {
				c.Companies = []string{"Rome", "Oslo"}
				c.ExtraFields = []odoosim.Field{{Name: "x_size", Label: "Size", Type: "char"}, {Name: "x_depth", Label: "Depth", Type: "integer"}}
			})
			admin := s.server.As(odoosim.AdminLogin)
			for _, values := range []odoosim.Values{
				{"name": "VAT 22%", "amount": 22.0},
				{"name": "Fee", "amount": 1.0, "amount_type": "fixed", "price_include": true},
				{"name": "Bought", "amount": 22.0, "type_tax_use": "purchase"},
				{"name": "Oslo's", "amount": 25.0, "company_id": 2},
			} {
				if _, err := admin.Create("account.tax", values); err != nil {
					t.Fatal(err)
				}
			}
			s.shirt()
			surveyor, ok := s.end.(pipeline.Surveyor)
			if !ok {
				t.Fatal("the endpoint is no Surveyor")
			}
			before := s.server.Stats().Changes()
			got, err := surveyor.Survey(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n := s.server.Stats().Changes() - before; n != 0 {
				t.Errorf("the survey wrote %d times", n)
			}
			if got.About.Records != 1 || len(got.About.Schema.Fields) == 0 {
				t.Errorf("about: %+v", got.About)
			}
			if len(got.Extra) != 2 || got.Extra[0].Name != "x_depth" || got.Extra[1].Type != pipeline.TypeText {
				t.Errorf("extra fields: %+v", got.Extra)
			}
			got.About, got.Extra, got.Categories = pipeline.Description{}, nil, nil
			want := pipeline.Survey{
				Company: 1, Companies: []pipeline.Company{{ID: 1, Name: "Rome"}, {ID: 2, Name: "Oslo"}},
				Language: "en_US", Languages: []string{"en_US", "fr_FR"}, Families: 1,
				Warehouses: []pipeline.Warehouse{{Code: "WH", Name: "Rome"}},
				Taxes:      []pipeline.Tax{{Name: "VAT 22%", Percent: true}, {Name: "Fee", Included: true}},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Who is refused has nothing to begin with.
func TestSurveyRefused(t *testing.T) {
	s := newShop(t, 18, func(_ *odoosim.Config, s *odoo.Settings) { s.APIKey = pipeline.NewSecret("wrong") })
	if _, err := s.end.(pipeline.Surveyor).Survey(t.Context()); err == nil || pipeline.AsError(err).Code != pipeline.CodeAccessDenied {
		t.Errorf("got %v", err)
	}
}

func TestDatabases(t *testing.T) {
	server, s := serve(t, odoosim.Config{Version: 19, Database: "shop"})
	names, err := odoo.Databases(t.Context(), s.URL, s.Timeout)
	if err != nil || len(names) != 1 || names[0] != server.Database() {
		t.Errorf("got %v, %v", names, err)
	}
	if _, err := odoo.Databases(t.Context(), "http://127.0.0.1:1", s.Timeout); err == nil || pipeline.AsError(err).Code != pipeline.CodeConnectionRefused {
		t.Errorf("got %v", err)
	}
	if _, err := odoo.Databases(t.Context(), "shop", s.Timeout); err == nil {
		t.Error("a word is taken for an address")
	}
}

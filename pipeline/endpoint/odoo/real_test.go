package odoo_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
)

// fields are those that every Odoo has. A second description stands for a custom field, which only an
// administrator could make.
var fields = endpointtest.Fields{
	Title: "name", SKU: "default_code", EAN: "barcode", Description: "description_sale", Price: "list_price",
	Cost: "standard_price", Weight: "weight", Category: "categ_id", Active: "active", Custom: "description_purchase",
}

// realSettings names a real server, or skips the test.
func realSettings(t testing.TB) *odoo.Settings {
	t.Helper()
	s := odoo.Kind().Settings().(*odoo.Settings)
	s.URL, s.Database, s.Login = os.Getenv("TANDEM_TEST_ODOO_URL"), os.Getenv("TANDEM_TEST_ODOO_DB"), os.Getenv("TANDEM_TEST_ODOO_LOGIN")
	s.APIKey = pipeline.NewSecret(os.Getenv("TANDEM_TEST_ODOO_API_KEY"))
	if s.URL == "" {
		t.Skip("TANDEM_TEST_ODOO_URL, _DB, _LOGIN and _API_KEY do not name a real Odoo")
	}
	return s
}

func open(t testing.TB, s *odoo.Settings, observe pipeline.Observer, now func() time.Time) pipeline.Endpoint {
	t.Helper()
	if observe == nil {
		observe = func(string, time.Duration, error) {}
	}
	for _, p := range odoo.Kind().Validate(s) {
		if !p.Warning {
			t.Fatalf("settings: %+v", p)
		}
	}
	e, err := odoo.Kind().Open(s, pipeline.Deps{Source: "erp", Logger: slog.New(slog.DiscardHandler), Observe: observe, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRealOdooConforms(t *testing.T) {
	s := realSettings(t)
	endpointtest.Run(t, endpointtest.Harness{
		Open:   func(t *testing.T) pipeline.Endpoint { return open(t, s, nil, time.Now) },
		Fields: fields, UniqueEAN: true, FindsRepeats: true,
	})
}

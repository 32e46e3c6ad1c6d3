package odoo_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
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
	// A fork of Odoo may want another header; a protocol may be forced.
	s.DatabaseHeader = cmp.Or(os.Getenv("TANDEM_TEST_ODOO_DATABASE_HEADER"), s.DatabaseHeader)
	s.Protocol = cmp.Or(os.Getenv("TANDEM_TEST_ODOO_PROTOCOL"), s.Protocol)
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
	s.Stock = &odoo.Stock{Warehouse: "WH"}
	people := realPeople(t, s)
	f := fields
	f.Stock, f.Image = "qty_available", "image_1920"
	endpointtest.Run(t, endpointtest.Harness{
		Open:   func(t *testing.T) pipeline.Endpoint { return open(t, s, nil, time.Now) },
		Fields: f, UniqueEAN: true, FindsRepeats: true,
		MoveStock: func(t *testing.T, key pipeline.Key, n int64) { people.count(t, idOf(t, key), n) },
		Unstorable: func(t *testing.T) pipeline.Key {
			id := people.call(t, "product.template", "create", nil, map[string]any{"name": "Service", "type": "service"})
			return pipeline.Key(fmt.Sprint(id))
		},
	})
}

// people are those who work in a real Odoo.
type people struct{ client *rpc.Client }

func realPeople(t *testing.T, s *odoo.Settings) people {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := rpc.New(rpc.Config{
		URL: u, Database: s.Database, Login: s.Login, Secret: s.APIKey, Timeout: time.Minute, Workers: 1,
		Protocol: s.Protocol, DatabaseHeader: s.DatabaseHeader,
		Observe: func(string, time.Duration, error) {}, Now: time.Now,
	})
	t.Cleanup(c.Close)
	return people{c}
}

func (p people) call(t *testing.T, model, method string, values map[string]any, args ...any) any {
	t.Helper()
	a, err := p.client.Call(t.Context(), rpc.Call{Operation: "people", Model: model, Method: method, Args: args, Options: map[string]any{"context": values}})
	if err != nil {
		t.Fatal(err)
	}
	return a.Value
}

// count counts the stock of a product in the warehouse's main location. Then somebody opens the inventory,
// which makes Odoo delete the quants at zero.
func (p people) count(t *testing.T, product, n int64) {
	t.Helper()
	variants := p.call(t, "product.product", "search", nil, []any{[]any{"product_tmpl_id", "=", product}}).([]any)
	houses := p.call(t, "stock.warehouse", "search_read", nil, []any{[]any{"code", "=", "WH"}}, []any{"lot_stock_id"}).([]any)
	main := houses[0].(map[string]any)["lot_stock_id"].([]any)[0]
	p.call(t, "stock.quant", "create", map[string]any{"inventory_mode": true},
		map[string]any{"product_id": variants[0], "location_id": main, "inventory_quantity_auto_apply": n})
	p.call(t, "stock.quant", "action_view_inventory", nil)
}

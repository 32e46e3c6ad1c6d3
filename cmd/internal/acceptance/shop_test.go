package acceptance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// shop is an Odoo as a person with some other program sees it: plain XML-RPC, nothing of the endpoint.
// It doubles as the bare client that speeds are compared with.
type shop struct {
	access
	uid int64
	// version is the major version.
	version int
}

func newShop(t *testing.T, a access) *shop {
	t.Helper()
	s := &shop{access: a}
	uid, err := s.post("common", "authenticate", a.Database, a.Login, a.Key, map[string]any{})
	if err != nil {
		t.Fatal(err)
	}
	var ok bool
	if s.uid, ok = uid.(int64); !ok {
		t.Fatalf("%s does not let %s in", a.URL, a.Login)
	}
	about, err := s.post("common", "version")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := about.(map[string]any)["server_version"].(string)
	s.version, _ = strconv.Atoi(strings.SplitN(text, ".", 2)[0])
	return s
}

func (s *shop) post(service, method string, args ...any) (any, error) {
	body, err := xmlrpc.EncodeCall(method, args...)
	if err != nil {
		return nil, err
	}
	resp, err := http.Post(s.URL+"/xmlrpc/2/"+service, "text/xml", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return xmlrpc.DecodeResponse(io.LimitReader(resp.Body, 1<<28), xmlrpc.Limits{})
}

// call calls a method of a model, archived records included.
func (s *shop) call(model, method string, args ...any) (any, error) {
	return s.post("object", "execute_kw", s.Database, s.uid, s.Key, model, method, args,
		map[string]any{"context": map[string]any{"active_test": false}})
}

// product is a product as Odoo's users see it.
type product struct {
	id                                     int64
	name, sku, barcode, description, categ string
	price, cost, weight                    float64
	active                                 bool
}

// products returns the products with a SKU, by SKU; twice holds SKUs that several have.
func (s *shop) products(t testing.TB) (bySKU map[string]product, twice []string) {
	t.Helper()
	ids, err := s.call("product.template", "search", []any{[]any{"default_code", "!=", false}})
	if err != nil {
		t.Fatal(err)
	}
	bySKU = map[string]product{}
	all, _ := ids.([]any)
	for len(all) > 0 {
		n := min(500, len(all))
		rows, err := s.call("product.template", "read", all[:n], []any{
			"name", "default_code", "barcode", "description_sale", "categ_id", "list_price", "standard_price", "weight", "active",
		})
		if err != nil {
			t.Fatal(err)
		}
		all = all[n:]
		for _, r := range rows.([]any) {
			p := productOf(r.(map[string]any))
			if _, ok := bySKU[p.sku]; ok {
				twice = append(twice, p.sku)
			}
			bySKU[p.sku] = p
		}
	}
	return bySKU, twice
}

func productOf(r map[string]any) product {
	text := func(name string) string { s, _ := r[name].(string); return s }
	number := func(name string) float64 { f, _ := r[name].(float64); return f }
	p := product{
		name: text("name"), sku: text("default_code"), barcode: text("barcode"), description: text("description_sale"),
		price: number("list_price"), cost: number("standard_price"), weight: number("weight"),
	}
	p.id, _ = r["id"].(int64)
	p.active, _ = r["active"].(bool)
	if pair, ok := r["categ_id"].([]any); ok && len(pair) == 2 {
		p.categ, _ = pair[1].(string)
	}
	return p
}

// edit writes values to a product.
func (s *shop) edit(t testing.TB, id int64, values map[string]any) {
	t.Helper()
	if _, err := s.call("product.template", "write", []any{id}, values); err != nil {
		t.Fatal(fmt.Errorf("editing product %d in Odoo: %w", id, err))
	}
}

package pmsim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrorShapes(t *testing.T) {
	n := func(i int) json.Number { return json.Number(fmt.Sprint(i)) }
	const bad = "Input should be a valid decimal"
	invalid := "Validation failed: price: " + bad
	tests := []struct {
		shape             ErrorShape
		missing, rejected any // the answers to a missing product and to a bad price
	}{
		{
			ErrorsPublic,
			map[string]any{"error": "not_found", "message": "Product not found", "details": map[string]any{}},
			map[string]any{"error": "validation_error", "message": invalid, "details": map[string]any{"price": []any{bad}}},
		},
		{
			ErrorsCoded,
			map[string]any{"error": map[string]any{
				"code": n(404), "error_code": "PRODUCT_NOT_FOUND", "type": "not_found", "message": "Product not found", "details": nil,
				"path": "/api/v1/products/x", "request_id": "ID", "timestamp": "2026-11-24T15:00:00Z",
			}},
			map[string]any{"error": map[string]any{
				"code": n(422), "error_code": "VALIDATION_FAILED", "type": "validation_error", "message": invalid,
				"details": []any{map[string]any{"field": "body.price", "message": bad, "type": "decimal_parsing"}},
				"path":    "/api/v1/products", "request_id": "ID", "timestamp": "2026-11-24T15:00:00Z",
			}},
		},
		{
			ErrorsStatus,
			map[string]any{"status": "error", "error": map[string]any{"code": "PRODUCT_NOT_FOUND", "message": "Product not found"}},
			map[string]any{"status": "error", "error": map[string]any{
				"code": "VALIDATION_FAILED", "message": invalid, "details": map[string]any{"field": "price", "constraint": bad},
			}},
		},
		{
			ErrorsFastAPI,
			map[string]any{"detail": "Product not found"},
			map[string]any{"detail": []any{map[string]any{"loc": []any{"body", "price"}, "msg": bad, "type": "decimal_parsing"}}},
		},
		{
			ErrorsWindev,
			map[string]any{"success": false, "code": n(404), "message": "Product not found", "data": nil, "count": n(0)},
			map[string]any{"success": false, "code": n(422), "message": invalid, "data": nil, "count": n(0)},
		},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.shape), func(t *testing.T) {
			clk := newClock()
			_, c := start(t, Config{Now: clk.Now, Errors: test.shape})
			got := c.do("GET", "/products/x", nil, 404)
			if diff := cmp.Diff(test.missing, withoutID(got.body)); diff != "" {
				t.Errorf("missing product (-want +got):\n%s", diff)
			}
			got = c.do("POST", "/products", map[string]any{"name": "a", "price": "x"}, 422)
			if diff := cmp.Diff(test.rejected, withoutID(got.body)); diff != "" {
				t.Errorf("bad price (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutID replaces the request's id, which is random.
func withoutID(body any) any {
	o, _ := body.(map[string]any)
	if inner, ok := o["error"].(map[string]any); ok && inner["request_id"] != nil {
		inner["request_id"] = "ID"
	}
	return body
}

func TestErrorsWithHTTP200(t *testing.T) {
	_, c := start(t, Config{Errors: ErrorsWindev, SoftErrors: true})
	if got := c.do("GET", "/products/x", nil, 200); got.at("success") != false {
		t.Errorf("body %s", got.raw)
	}
}

func TestDuplicateEANIs409(t *testing.T) {
	_, c := start(t, Config{Errors: ErrorsPublic})
	c.do("POST", "/products", map[string]any{"name": "a", "ean": "12345670"}, 201)
	got := c.do("POST", "/products", map[string]any{"name": "b", "ean": "12345670"}, 409)
	if got.at("error") != "duplicate_ean" {
		t.Errorf("body %s", got.raw)
	}
}

func TestBadBodies(t *testing.T) {
	s, c := start(t, Config{MaxBody: 200})
	for _, body := range []string{"", "{", "[]", `"x"`, `{"name": "a"} {}`, `{"name": "a"`} {
		c.do("POST", "/products", body, 422)
	}
	c.do("POST", "/products", map[string]any{"name": strings.Repeat("a", 200)}, 413)
	if n := s.Len(); n != 0 {
		t.Errorf("%d products were made", n)
	}
}

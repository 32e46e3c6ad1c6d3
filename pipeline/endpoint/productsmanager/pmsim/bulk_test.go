package pmsim

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBulk(t *testing.T) {
	s, c := start(t, Config{})
	batch := map[string]any{"products": []any{
		map[string]any{"name": "a", "ean": "12345670", "sku": "A"},
		map[string]any{"name": "b", "ean": "0000012345670"},
		map[string]any{"name": "c", "ean": "bad"},
	}}
	got := c.do("POST", "/products/bulk", batch, 200)
	id, _ := got.at("results", 0, "id").(string)
	want := []any{
		map[string]any{"index": json.Number("0"), "status": "created", "id": id, "ean": "0000012345670", "sku": "A"},
		map[string]any{
			"index": json.Number("1"), "status": "error", "ean": "0000012345670", "error_code": "PRODUCT_ALREADY_EXISTS",
			"message": "A product with EAN 0000012345670 already exists",
		},
		map[string]any{
			"index": json.Number("2"), "status": "error", "error_code": "VALIDATION_FAILED",
			"message": "Validation failed: ean: EAN must have 8 or 13 digits",
		},
	}
	if diff := cmp.Diff(want, got.at("results")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	batch["update_existing"] = true
	got = c.do("POST", "/products/bulk", batch, 200)
	if got.at("results", 0, "status") != "updated" || got.at("results", 0, "id") != id || got.at("updated") != json.Number("2") {
		t.Errorf("with update_existing: %s", got.raw)
	}
	if counts := s.Counts(); counts.Created != 1 || counts.Updated != 2 {
		t.Errorf("counted %+v", counts)
	}
}

func TestBulkIsBounded(t *testing.T) {
	s, c := start(t, Config{})
	many := make([]any, maxBulk+1)
	for i := range many {
		many[i] = map[string]any{"name": "a"}
	}
	c.do("POST", "/products/bulk", map[string]any{"products": many}, 422)
	c.do("POST", "/products/bulk", map[string]any{"products": []any{"x"}}, 422)
	c.do("POST", "/products/bulk", map[string]any{}, 422)
	if s.Len() != 0 {
		t.Errorf("%d products were made", s.Len())
	}
}

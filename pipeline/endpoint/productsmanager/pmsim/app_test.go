package pmsim

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProductLife(t *testing.T) {
	clk := newClock()
	s, c := start(t, Config{Now: clk.Now})
	made := c.do("POST", "/products", map[string]any{
		"name": "Théière", "ean": "12345670", "price": "19.90", "stock": 3, "weight": 1.23456,
		"attributes": map[string]any{"color": "red", "size": "L"}, "x_custom": 1.50,
	}, 201).object()
	id, _ := made["id"].(string)
	want := map[string]any{
		"id": id, "name": "Théière", "ean": "0000012345670", "price": json.Number("19.9"), "sku": nil,
		"stock_quantity": json.Number("3"), "weight": json.Number("1.235"), "x_custom": json.Number("1.5"),
		"attributes": map[string]any{"color": "red", "size": "L"}, "images": []any{},
		"status": "active", "is_active": true, "tax_rate": json.Number("20"), "brand": nil, "category": nil,
		"description": nil, "cost_price": nil, "external_id": nil,
		"created_at": "2026-11-24T15:00:00Z", "updated_at": "2026-11-24T15:00:00Z",
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}

	clk.advance(time.Minute)
	want["attributes"] = map[string]any{"size": "M"} // replaced whole
	want["price"] = json.Number("21")
	want["updated_at"] = "2026-11-24T15:01:00Z"
	edit := map[string]any{"price": 21, "attributes": map[string]any{"size": "M"}}
	if diff := cmp.Diff(want, c.do("PUT", "/products/"+id, edit, 200).object()); diff != "" {
		t.Errorf("edited (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, c.do("GET", "/products/"+id, nil, 200).object()); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}

	clk.advance(time.Minute)
	want["updated_at"] = "2026-11-24T15:02:00Z" // an equal edit moves it too
	if diff := cmp.Diff(want, c.do("PUT", "/products/"+id, edit, 200).object()); diff != "" {
		t.Errorf("edited again (-want +got):\n%s", diff)
	}

	c.do("DELETE", "/products/"+id, nil, 204)
	c.do("GET", "/products/"+id, nil, 404)
	c.do("PUT", "/products/"+id, edit, 404)
	c.do("DELETE", "/products/"+id, nil, 404)
	c.do("POST", "/products", map[string]any{"name": "Other", "ean": "0000012345670"}, 409)
	if n := len(c.do("GET", "/products", nil, 200).at("items").([]any)); n != 0 {
		t.Errorf("%d products listed, the only one is in the trash", n)
	}
	if err := s.Restore(id); err != nil {
		t.Fatal(err)
	}
	c.do("GET", "/products/"+id, nil, 200)

	counts := s.Counts()
	if got := counts.Requests["PUT /products/{id}"]; got != 3 {
		t.Errorf("%d PUTs counted, want 3", got)
	}
	if counts.Created != 1 || counts.Updated != 2 || counts.Trashed != 1 || counts.Writes() != 4 {
		t.Errorf("writes: %+v", counts)
	}
}

func TestOneOfManyGetsTheEAN(t *testing.T) {
	s, c := start(t, Config{})
	statuses := make(chan int, 16)
	for range cap(statuses) {
		go func() {
			g, err := c.try("POST", "/products", map[string]any{"name": "a", "ean": "12345670"})
			if err != nil {
				t.Error(err)
			}
			statuses <- g.status
		}()
	}
	got := map[int]int{}
	for range cap(statuses) {
		got[<-statuses]++
	}
	if diff := cmp.Diff(map[int]int{201: 1, 409: 15}, got); diff != "" || s.Len() != 1 {
		t.Errorf("%d products, statuses (-want +got):\n%s", s.Len(), diff)
	}
}

package catalogue

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFieldRules(t *testing.T) {
	tests := []struct {
		name    string
		field   string
		value   any
		want    any
		problem string // type of the problem; "" accepts
	}{
		{"13 digits", "ean", "3017620422003", "3017620422003", ""},
		{"8 digits are padded", "ean", "12345670", "0000012345670", ""},
		{"a wrong check digit passes", "ean", "3017620422009", "3017620422009", ""},
		{"12 digits", "ean", "301762042200", nil, "value_error"},
		{"a letter", "ean", "301762042200X", nil, "value_error"},
		{"a number", "ean", 3017620422003, nil, "string_type"},
		{"an empty EAN is none", "ean", "", nil, ""},
		{"EAN under its alias", "barcode", "12345670", "0000012345670", ""},

		{"text", "description", "<p>Été</p>", "<p>Été</p>", ""},
		{"null", "description", nil, nil, ""},
		{"a number is no text", "description", 5, nil, "string_type"},
		{"SKU of 100", "sku", strings.Repeat("é", 100), strings.Repeat("é", 100), ""},
		{"SKU of 101", "sku", strings.Repeat("é", 101), nil, "string_too_long"},
		{"title of 256", "title", strings.Repeat("x", 256), nil, "string_too_long"},

		{"price keeps its places", "price", "19.999", json.Number("19.999"), ""},
		{"price as a number", "price", 19.9, json.Number("19.9"), ""},
		{"price in exponent form", "price", json.Number("1.5e2"), json.Number("150"), ""},
		{"price as words", "price", "cheap", nil, "decimal_parsing"},
		{"price of a million digits", "price", json.Number("1e1000000"), nil, "decimal_parsing"},
		{"price as a bool", "price", true, nil, "decimal_parsing"},
		{"weight has three places", "weight", "0.0005", json.Number("0.001"), ""},
		{"tax rate has two", "tax_rate", 5.555, json.Number("5.56"), ""},

		{"stock", "stock_quantity", 12, json.Number("12"), ""},
		{"stock under its alias", "stock", "12", json.Number("12"), ""},
		{"stock as 12.0", "stock_quantity", json.Number("12.0"), json.Number("12"), ""},
		{"half a piece", "stock_quantity", 12.5, nil, "int_from_float"},

		{"bool", "is_active", false, false, ""},
		{"bool as a number", "is_active", 1, true, ""},
		{"bool as a word", "is_active", "false", false, ""},
		{"bool as another word", "is_active", "yes", nil, "bool_parsing"},

		{"status", "status", "draft", "draft", ""},
		{"unknown status", "status", "gone", nil, "enum"},
		{"the trash is not set", "status", "trash", nil, "enum"},

		{"attributes", "attributes", map[string]any{"n": 1}, map[string]any{"n": json.Number("1")}, ""},
		{"attributes as a list", "attributes", []any{1}, nil, "dict_type"},

		{"images", "images", []any{"http://a/1.jpg", map[string]any{"src": "https://a/2.jpg"}}, []any{"http://a/1.jpg", "https://a/2.jpg"}, ""},
		{"an image without address", "images", []any{map[string]any{}}, nil, "url_parsing"},
		{"an image on no host", "images", []any{"file:///etc/passwd"}, nil, "url_parsing"},
		{"21 images", "images", make([]any, 21), nil, "too_long"},
		{"images as a text", "images", "http://a/1.jpg", nil, "list_type"},

		{"a custom field", "x_margin", json.Number("1.50"), json.Number("1.50"), ""},
		{"a nested custom field", "x_list", []string{"a"}, []any{"a"}, ""},
	}
	s := open(t, options(newClock()))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := s.accept(Fields{test.field: test.value})
			field, _ := canonicalName(test.field)
			var bad *Invalid
			if errors.As(err, &bad) {
				if bad.Problems[0].Type != test.problem || bad.Problems[0].Field != field {
					t.Fatalf("problem %+v, want %q of %s", bad.Problems[0], test.problem, field)
				}
				return
			}
			if err != nil || test.problem != "" {
				t.Fatalf("accepted with error %v, want problem %q", err, test.problem)
			}
			if diff := cmp.Diff(Fields{field: test.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOneFieldUnderSeveralNames(t *testing.T) {
	s := open(t, options(newClock()))
	shoes, err := s.AddCategory("Clothing / Shoes")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		in, want Fields
	}{
		{"title before name", Fields{"name": "n", "title": "t"}, Fields{"title": "t"}},
		{"stock_quantity before stock", Fields{"stock": 1, "stock_quantity": 2}, Fields{"stock_quantity": json.Number("2")}},
		{"the four names of the SKU", Fields{"supplier_sku": "4", "reference": "3", "manufacturer_reference": "2"}, Fields{"sku": "2"}},
		{"category_id before category_name", Fields{"category_id": shoes.ID, "category_name": "Shoes"}, Fields{"category": "Clothing / Shoes"}},
		{"category before both", Fields{"category": "A", "category_id": shoes.ID, "category_name": "B"}, Fields{"category": "A"}},
		{"no category", Fields{"category_id": nil}, Fields{"category": nil}},
		{"the server's own fields", Fields{"id": "x", "created_at": "y", "updated_at": "z"}, Fields{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := s.accept(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := s.accept(Fields{"category_id": "nowhere"}); err == nil {
		t.Error("an unknown category_id was accepted")
	}
}

func TestAllProblemsAreTold(t *testing.T) {
	s := open(t, options(newClock()))
	_, err := s.Create(Fields{"title": "t", "price": "x", "ean": "1", "weight": "y"})
	var bad *Invalid
	if !errors.As(err, &bad) {
		t.Fatalf("error %v", err)
	}
	var fields []string
	for _, p := range bad.Problems {
		fields = append(fields, p.Field)
	}
	if diff := cmp.Diff([]string{"ean", "price", "weight"}, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := s.Len(); n != 0 {
		t.Errorf("%d products after a refused create", n)
	}
}

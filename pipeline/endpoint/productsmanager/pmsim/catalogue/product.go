package catalogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Fields holds values by canonical field name (title, sku, ean, price, stock_quantity, category, …, and
// custom fields under their own). Values are what JSON gives: string, bool, json.Number, []any,
// map[string]any and nil.
type Fields map[string]any

// Product is one product as the store holds it.
type Product struct {
	ID        string    `json:"id"`
	Fields    Fields    `json:"fields"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	TrashedAt time.Time `json:"trashed_at,omitzero"` // zero unless it is in the trash
}

// Text returns a field as text: "" for null or absent, numbers with their digits.
func (p Product) Text(field string) string {
	switch v := p.Fields[field].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// row is a published version of a product; it is never changed.
type row struct {
	Product
	seq    uint64 // order of creation
	search string // what a text search looks in, lower case
}

func newRow(p Product, seq uint64) *row {
	var search strings.Builder
	for _, field := range []string{"title", "sku", "ean", "brand"} {
		search.WriteString(strings.ToLower(p.Text(field)))
		search.WriteByte('\n')
	}
	return &row{Product: p, seq: seq, search: search.String()}
}

func (r *row) live() bool { return r != nil && r.TrashedAt.IsZero() }

// copied returns the product with fields of its own, for callers who may keep and change it.
func (r *row) copied() Product {
	p := r.Product
	p.Fields = maps.Clone(p.Fields)
	return p
}

// jsonValue turns a Go value into the forms that Fields documents; the result shares nothing with v.
func jsonValue(v any) (any, error) {
	switch x := v.(type) {
	case nil, string, bool, json.Number:
		return v, nil
	case []any: // these two for speed: it is what requests are made of
		out := make([]any, len(x))
		for i, e := range x {
			var err error
			if out[i], err = jsonValue(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			var err error
			if out[k], err = jsonValue(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var out any
	err = dec.Decode(&out)
	return out, err
}

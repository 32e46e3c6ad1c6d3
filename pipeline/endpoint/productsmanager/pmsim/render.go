package pmsim

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// servedNames are the names of the app surface where they are not the canonical ones.
func servedNames(overrides map[string]string) map[string]string {
	names := map[string]string{"title": "name"}
	maps.Copy(names, overrides)
	return names
}

// always are fields that a whole product has also when they are empty.
func always() []string {
	return []string{
		"title", "sku", "ean", "brand", "category", "description", "price", "cost_price",
		"stock_quantity", "weight", "tax_rate", "images", "attributes", "status", "is_active", "external_id",
	}
}

// summary are the fields of a list's items when those are summaries.
func summary() []string {
	return []string{"title", "sku", "ean", "brand", "category", "price", "stock_quantity", "status"}
}

// renderer makes JSON objects of products, in the forms that Config asks for.
type renderer struct {
	config          Config
	names           map[string]string
	always, summary []string
	closed          bool // nothing but these fields is served, and no id
}

func newRenderer(c Config, names map[string]string) *renderer {
	return &renderer{config: c, names: names, always: always(), summary: summary()}
}

// whole renders a product with all its fields.
func (r *renderer) whole(p Product, store *catalogue.Store) map[string]any {
	out := make(map[string]any, len(p.Fields)+len(r.always)+3)
	for _, field := range r.always {
		if _, set := p.Fields[field]; !set {
			r.put(out, field, nil, store)
		}
	}
	for field, value := range p.Fields {
		if r.closed && !slices.Contains(r.always, field) {
			continue
		}
		r.put(out, field, value, store)
	}
	return r.putMeta(out, p)
}

// item renders a product as an item of a list.
func (r *renderer) item(p Product, store *catalogue.Store) map[string]any {
	if !r.config.SummaryItems && !r.closed {
		return r.whole(p, store)
	}
	out := make(map[string]any, len(r.summary)+3)
	for _, field := range r.summary {
		r.put(out, field, p.Fields[field], store)
	}
	return r.putMeta(out, p)
}

func (r *renderer) putMeta(out map[string]any, p Product) map[string]any {
	if !r.closed {
		out["id"] = p.ID
	}
	out["created_at"] = r.time(p.CreatedAt)
	out["updated_at"] = r.time(p.UpdatedAt)
	return out
}

func (r *renderer) time(t time.Time) string {
	if r.config.Microseconds {
		return t.Format("2006-01-02T15:04:05.000000Z")
	}
	return t.Format("2006-01-02T15:04:05Z")
}

func (r *renderer) put(out map[string]any, field string, value any, store *catalogue.Store) {
	switch field {
	case "category":
		r.putCategory(out, value, store)
		return
	case "brand":
		if text, ok := value.(string); ok && r.config.BrandObject {
			value = map[string]any{"name": text}
		}
	case "images":
		if list, ok := value.([]any); ok && r.config.ImageObjects {
			value = imageObjects(list)
		}
	}
	if n, ok := value.(json.Number); ok && r.config.NumberStrings {
		value = numberString(n, catalogue.RuleOf(field))
	}
	if name, ok := r.names[field]; ok {
		field = name
	}
	out[field] = value
}

func (r *renderer) putCategory(out map[string]any, value any, store *catalogue.Store) {
	if r.config.Category == CategoryText {
		out["category"] = value
		return
	}
	var id, leaf any
	if path, ok := value.(string); ok {
		id = store.CategoryID(path)
		if levels := store.Levels(path); len(levels) > 0 {
			leaf = levels[len(levels)-1]
		}
	}
	switch {
	case r.config.Category != CategoryObject:
		out["category_id"], out["category_name"] = id, leaf
	case value != nil:
		value = map[string]any{"id": id, "name": leaf}
	}
	if r.config.Category != CategoryIDs {
		out["category"] = value
	}
}

// numberString writes a decimal as Python's Decimal does, with all its places; other numbers stay numbers.
func numberString(n json.Number, rule catalogue.Rule) any {
	d, err := decimal.NewFromString(n.String())
	if rule.Kind != catalogue.Decimal || err != nil {
		return n
	}
	if rule.Digits == catalogue.AllDigits {
		return d.String()
	}
	return d.StringFixed(rule.Digits)
}

func imageObjects(addresses []any) []any {
	out := slices.Clone(addresses)
	for i, address := range addresses {
		object := map[string]any{"url": address, "is_primary": i == 0}
		if text, ok := address.(string); ok && strings.Contains(text, mediaPath) {
			object["thumbnails"] = thumbnails(strings.TrimSuffix(text, ".jpg"))
		}
		out[i] = object
	}
	return out
}

func thumbnails(address string) map[string]any {
	sizes := map[string]any{}
	for _, size := range []string{"small", "medium", "large"} {
		sizes[size] = address + "_" + size + ".jpg"
	}
	return sizes
}

package productsmanager

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

// public is the surface that PM documents for third parties: products by EAN, the main fields alone. It
// neither sorts nor tells what changed.
type public struct {
	puts atomic.Bool // the server knows PUT, not PATCH
}

func (*public) can() capabilities {
	return capabilities{byEAN: true, batch: batchSize}
}

// schema holds what the surface documents: whatever else was sent would be dropped without a word.
func (*public) schema(separator string) pipeline.Schema {
	s := product.Schema(separator)
	maps.DeleteFunc(s.Fields, func(name string, _ pipeline.Field) bool {
		return !slices.Contains([]string{
			"title", "ean", "price", "description", "category", "stock_quantity", "images", "images[0].url",
			"is_active", "status", "brand", "attributes", "created_at", "updated_at",
		}, name)
	})
	s.Open, s.OpenBelow = false, []string{"attributes."}
	return keyedByEAN(s)
}

// keyedByEAN says in a schema that no product can be without an EAN.
func keyedByEAN(s pipeline.Schema) pipeline.Schema {
	ean := s.Fields["ean"]
	ean.Required = true
	s.Fields["ean"] = ean
	return s
}

func (*public) key(p product.Product) pipeline.Key { return pipeline.Key(p.EAN()) }

func (*public) list(_ order, page, size int) client.Request {
	return client.Request{Op: client.List, Method: http.MethodGet, Path: "/products", Query: url.Values{
		"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)},
	}}
}

func (*public) get(key pipeline.Key) client.Request { return app{}.get(key) }

func (*public) create(body map[string]any) client.Request { return app{}.create(byStatus(body)) }

func (p *public) update(key pipeline.Key, body map[string]any) client.Request {
	r := client.Request{Op: client.Update, Method: http.MethodPatch, Path: path("/products/", string(key)), Body: byStatus(body)}
	if p.puts.Load() {
		r.Method = http.MethodPut
	}
	return r
}

// instead makes updates PUT requests from now on: which of the two verbs it is, is not documented.
func (p *public) instead(update client.Request) (client.Request, bool) {
	if update.Method == http.MethodPut {
		return update, false
	}
	p.puts.Store(true)
	update.Method = http.MethodPut
	return update, true
}

func (*public) remove(key pipeline.Key) client.Request { return app{}.remove(key) }

// byStatus says by the status alone whether a product is active, as the surface has no is_active.
func byStatus(body map[string]any) map[string]any {
	active, given := body["is_active"]
	if !given {
		return body
	}
	body = maps.Clone(body)
	delete(body, "is_active")
	if _, given := body["status"]; !given {
		body["status"] = product.StatusInactive
		if v, isValue := active.(pipeline.Value); isValue && v.AsBool() {
			body["status"] = product.StatusActive
		}
	}
	return body
}

func (*public) names(field string) []string {
	if field == "stock_quantity" {
		return []string{"stock"}
	}
	return []string{field}
}

func (*public) rights(n pipeline.Needs) []string { return app{}.rights(n) }

package productsmanager

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

// app is the surface that PM's own pages use: products by id, partial updates, lists sorted at will.
type app struct{}

func (app) can() capabilities {
	return capabilities{sorts: true, login: true, batch: batchSize}
}

func (app) schema(separator string) pipeline.Schema { return product.Schema(separator) }

func (app) key(p product.Product) pipeline.Key { return pipeline.Key(p.ID()) }

func (app) list(o order, page, size int) client.Request {
	by, direction := "created_at", "asc"
	switch o {
	case newestFirst:
		direction = "desc"
	case lastChanged:
		by, direction = "updated_at", "desc"
	}
	return client.Request{Op: client.List, Method: http.MethodGet, Path: "/products", Query: url.Values{
		"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)}, "page_size": {strconv.Itoa(size)},
		"sort_by": {by}, "order": {direction},
	}}
}

func (app) search(text string) client.Request {
	return client.Request{Op: client.List, Method: http.MethodGet, Path: "/products", Query: url.Values{
		"page": {"1"}, "per_page": {"100"}, "page_size": {"100"}, "search": {text},
	}}
}

func (app) get(key pipeline.Key) client.Request {
	return client.Request{Op: client.Get, Method: http.MethodGet, Path: path("/products/", string(key))}
}

func (app) create(body map[string]any) client.Request {
	return client.Request{Op: client.Create, Method: http.MethodPost, Path: "/products", Body: body}
}

func (app) update(key pipeline.Key, body map[string]any) client.Request {
	return client.Request{Op: client.Update, Method: http.MethodPut, Path: path("/products/", string(key)), Body: body}
}

func (app) remove(key pipeline.Key) client.Request {
	return client.Request{Op: client.Delete, Method: http.MethodDelete, Path: path("/products/", string(key))}
}

func (app) names(field string) []string {
	switch field {
	case "title", "name":
		return []string{"title", "name"}
	case "sku":
		return []string{"sku", "manufacturer_reference"}
	case "ean", "barcode":
		return []string{"ean"}
	case "brand", "brand_name":
		return []string{"brand", "brand_name"}
	case "category", "category_name":
		return []string{"category"}
	case "stock_quantity", "stock":
		return []string{"stock_quantity", "stock"}
	}
	return []string{field}
}

// rights are those of PM's roles: managers write, and administrators alone delete.
func (app) rights(n pipeline.Needs) []string {
	rights := []string{"write:products"}
	if n.Deletes {
		rights = append(rights, "delete:products")
	}
	return rights
}

// path is a product's address. Ids are opaque: one of dots alone must not climb out of the folder.
func path(folder, id string) string {
	id = url.PathEscape(id)
	if strings.Trim(id, ".") == "" {
		id = strings.ReplaceAll(id, ".", "%2E")
	}
	return folder + id
}

package productsmanager

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/client"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/product"
)

// windevBatch is how many records one call takes. PM takes a thousand; but every record is looked at right
// before it is written, one request each, and the first look should not be old when the batch is sent.
const windevBatch = 100

// windev is the surface made for machines: products by EAN, a list of changes, writes in batches.
type windev struct{}

func (windev) can() capabilities {
	return capabilities{byEAN: true, keyHeader: true, hides: true, batch: windevBatch}
}

// schema says that the cost cannot be written: the only documented way, price_ht, puts the sale price
// without tax there, which is another thing.
func (windev) schema(separator string) pipeline.Schema {
	s := keyedByEAN(product.Schema(separator))
	cost := s.Fields["cost_price"]
	cost.ReadOnly = true
	s.Fields["cost_price"] = cost
	return s
}

func (windev) key(p product.Product) pipeline.Key { return pipeline.Key(p.EAN()) }

// list leaves inactive products out, whatever it is asked for.
func (windev) list(_ order, page, size int) client.Request {
	return client.Request{Op: client.List, Method: http.MethodGet, Path: "/windev/products", Query: paged(page, size)}
}

func (windev) since(t time.Time, page, size int) client.Request {
	unix := strconv.FormatInt(max(t.Unix(), 0), 10)
	return client.Request{Op: client.List, Method: http.MethodGet, Path: "/windev/products/since/" + unix, Query: paged(page, size)}
}

func paged(page, size int) url.Values {
	return url.Values{"page": {strconv.Itoa(page)}, "limit": {strconv.Itoa(size)}}
}

func (windev) get(key pipeline.Key) client.Request {
	return client.Request{Op: client.Get, Method: http.MethodGet, Path: path("/windev/products/", string(key))}
}

func (w windev) create(body map[string]any) client.Request { return w.sync([]any{body}) }

func (windev) update(key pipeline.Key, body map[string]any) client.Request {
	return client.Request{Op: client.Update, Method: http.MethodPatch, Path: path("/windev/products/", string(key)), Body: body}
}

func (windev) turn(key pipeline.Key, on bool) client.Request {
	verb := "/deactivate"
	if on {
		verb = "/activate"
	}
	return client.Request{Op: client.Update, Method: http.MethodPost, Path: path("/windev/products/", string(key)) + verb}
}

func (windev) sync(items []any) client.Request { return batchOf("/windev/products/sync", items) }

func (windev) column(field string, items []any) *client.Request {
	var r client.Request
	switch field {
	case "price":
		r = batchOf("/windev/prices/update", items)
	case "stock_quantity", "stock":
		r = batchOf("/windev/stock/update", items)
	default:
		return nil
	}
	return &r
}

func batchOf(path string, items []any) client.Request {
	return client.Request{Op: client.Sync, Method: http.MethodPost, Path: path, Body: map[string]any{"items": items}}
}

func (windev) names(field string) []string {
	switch field {
	case "title", "name":
		return []string{"name"}
	case "sku":
		return []string{"reference"}
	case "ean", "barcode":
		return []string{"ean"}
	case "price":
		return []string{"price_ttc"}
	case "stock_quantity", "stock":
		return []string{"stock"}
	case "brand_name":
		return []string{"brand"}
	case "category_name":
		return []string{"category"}
	}
	return []string{field}
}

func (windev) rights(n pipeline.Needs) []string {
	scopes := []string{"the scope windev:write"}
	if n.Creates {
		scopes = append(scopes, "the scope windev:sync")
	}
	return scopes
}

package pmsim

import (
	"net/http"
	"strconv"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// newWindev is the wording of the surface `windev`.
func newWindev(c Config) *surface {
	names := map[string]string{"title": "name", "sku": "reference", "stock_quantity": "stock", "price": "price_ttc"}
	return &surface{EnvelopeWindev, ErrorsWindev, newRenderer(c, names)}
}

// The scopes of an API key on the surface `windev`.
const (
	scopeRead  = "windev:read"
	scopeWrite = "windev:write"
	scopeSync  = "windev:sync"
)

// windevRoutes are the operations of the surface `windev`. {ref} is an EAN, or else a reference.
func windevRoutes() []route {
	return []route{
		{method: "GET", path: "/windev/products", tier: tierRead, needs: toRead, scope: scopeRead, serve: listWindev},
		{method: "GET", path: "/windev/products/since/{unix}", tier: tierRead, needs: toRead, scope: scopeRead, serve: listSince},
		{method: "GET", path: "/windev/products/{ref}", tier: tierRead, needs: toRead, scope: scopeRead, serve: byRef(getProduct)},
		{method: "PATCH", path: "/windev/products/{ref}", tier: tierWrite, needs: toWrite, scope: scopeWrite, serve: byRef(updateWindev)},
		{method: "POST", path: "/windev/products/{ref}/activate", tier: tierWrite, needs: toWrite, scope: scopeWrite, serve: byRef(turn(true))},
		{method: "POST", path: "/windev/products/{ref}/deactivate", tier: tierWrite, needs: toWrite, scope: scopeWrite, serve: byRef(turn(false))},
		{method: "POST", path: "/windev/products/sync", tier: tierBulk, needs: toWrite, scope: scopeSync, serve: syncWindev},
		{method: "POST", path: "/windev/stock/update", tier: tierBulk, needs: toWrite, scope: scopeWrite, serve: batchWindev("stock")},
		{method: "POST", path: "/windev/prices/update", tier: tierBulk, needs: toWrite, scope: scopeWrite, serve: batchWindev("price_ttc", "price_ht")},
	}
}

func byRef(serve func(*call) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		id, err := c.store.Refer(c.PathValue("ref"))
		if err != nil {
			return answer{}, err
		}
		c.SetPathValue("id", id)
		return serve(c)
	}
}

func listWindev(c *call) (answer, error) { return c.windevList(catalogue.Query{Active: true}) }

func listSince(c *call) (answer, error) {
	unix, err := strconv.ParseInt(c.PathValue("unix"), 10, 40)
	if err != nil {
		return answer{}, unprocessable(catalogue.Problem{Field: "since", Type: "int_parsing", Message: "Input should be a valid integer"})
	}
	since := time.Unix(unix, 0)
	if c.server.config.SinceExclusive {
		since = since.Add(time.Second)
	}
	return c.windevList(catalogue.Query{Since: since, Active: c.server.config.SinceActiveOnly})
}

// windevList lists products in the order of their creation.
func (c *call) windevList(q catalogue.Query) (answer, error) {
	in := paramReader{values: c.URL.Query()}
	p := page{number: in.count("page", 1), size: min(in.count("limit", c.server.config.MaxPageSize), c.server.config.MaxPageSize)}
	if in.problems != nil {
		return answer{}, unprocessable(in.problems...)
	}
	q.Offset, q.Limit = (p.number-1)*p.size, p.size
	return c.list(q, p), nil
}

func updateWindev(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	fields := windevFields(body)
	if err := c.takeImages(fields); err != nil {
		return answer{}, err
	}
	p, err := c.store.Edit(c.PathValue("id"), fields)
	if err != nil {
		return answer{}, err
	}
	c.server.counts.writes(0, 1, 0)
	return c.product(http.StatusOK, p), nil
}

// turn activates or deactivates a product.
func turn(on bool) func(*call) (answer, error) {
	fields := Fields{"is_active": on, "status": map[bool]string{true: "active", false: "inactive"}[on]}
	return func(c *call) (answer, error) {
		p, err := c.store.Edit(c.PathValue("id"), fields)
		if err != nil {
			return answer{}, err
		}
		c.server.counts.writes(0, 1, 0)
		return c.product(http.StatusOK, p), nil
	}
}

// windevFields gives the surface's own fields the store's names. A price without tax goes where PM puts
// it: into the cost.
func windevFields(body map[string]any) Fields {
	fields := Fields{}
	for name, v := range body {
		switch name {
		case "price_ttc":
			name = "price"
		case "price_ht":
			name = "cost_price"
		case "supplier_code":
			continue
		}
		fields[name] = v
	}
	return fields
}

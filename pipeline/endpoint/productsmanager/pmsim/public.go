package pmsim

import (
	"net/http"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// newPublic is the wording of the surface `public`: the documented fields and no others, no ids.
func newPublic(c Config) *surface {
	r := newRenderer(c, map[string]string{"stock_quantity": "stock"})
	r.closed = true
	r.summary = []string{"ean", "title", "brand", "category", "price", "stock_quantity"}
	r.always = append(r.summary, "description", "images", "attributes", "status")
	return &surface{EnvelopeDataMeta, ErrorsPublic, r}
}

// publicRoutes are the operations of the surface `public`.
func publicRoutes(c Config) []route {
	update := "PATCH"
	if c.PublicPut {
		update = "PUT"
	}
	return []route{
		{method: "GET", path: "/products", tier: tierRead, needs: toRead, serve: listPublic},
		{method: "POST", path: "/products", tier: tierWrite, needs: toWrite, serve: createPublic},
		{method: "GET", path: "/products/{ean}", tier: tierRead, needs: toRead, serve: byEAN(getProduct)},
		{method: update, path: "/products/{ean}", tier: tierWrite, needs: toWrite, serve: byEAN(updatePublic)},
		{method: "DELETE", path: "/products/{ean}", tier: tierWrite, needs: toDelete, serve: byEAN(trashProduct)},
	}
}

// byEAN serves by EAN what the surface app serves by id.
func byEAN(serve func(*call) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		id, err := c.store.ByEAN(c.PathValue("ean"))
		if err != nil {
			return answer{}, err
		}
		c.SetPathValue("id", id)
		return serve(c)
	}
}

// listPublic lists products in the order of their creation: this surface sorts by nothing else.
func listPublic(c *call) (answer, error) {
	v := c.URL.Query()
	in := paramReader{values: v}
	p := page{number: in.count("page", 1), size: min(in.count("per_page", pageSize), c.server.config.MaxPageSize)}
	q := catalogue.Query{
		Search: v.Get("q"), Brand: v.Get("brand"), Category: v.Get("category"),
		Offset: (p.number - 1) * p.size, Limit: p.size,
	}
	if in.problems != nil {
		return answer{}, unprocessable(in.problems...)
	}
	return c.list(q, p), nil
}

func createPublic(c *call) (answer, error) {
	body, err := c.publicBody()
	if err != nil {
		return answer{}, err
	}
	if ean, _ := body["ean"].(string); ean == "" {
		return answer{}, unprocessable(missing("ean"))
	}
	p, err := c.store.Create(body)
	if err != nil {
		return answer{}, err
	}
	c.server.counts.writes(1, 0, 0)
	return c.product(http.StatusCreated, p), nil
}

func updatePublic(c *call) (answer, error) {
	body, err := c.publicBody()
	if err != nil {
		return answer{}, err
	}
	p, err := c.store.Edit(c.PathValue("id"), body)
	if err != nil {
		return answer{}, err
	}
	c.server.counts.writes(0, 1, 0)
	return c.product(http.StatusOK, p), nil
}

// publicBody reads a body and leaves out, as FastAPI does, what the surface does not know.
func (c *call) publicBody() (Fields, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	known := Fields{}
	for _, field := range c.server.public.render.always {
		name := field
		if served, renamed := c.server.public.render.names[field]; renamed {
			name = served
		}
		if v, given := body[name]; given {
			known[field] = v
		}
	}
	return known, c.takeImages(known)
}

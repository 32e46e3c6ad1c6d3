package pmsim

import (
	"net/http"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// productRoutes are the operations of the surface `app` on products.
func productRoutes() []route {
	return []route{
		{method: "GET", path: "/products", tier: tierRead, needs: toRead, serve: listProducts},
		{method: "POST", path: "/products", tier: tierWrite, needs: toWrite, serve: createProduct},
		{method: "POST", path: "/products/bulk", tier: tierBulk, needs: toWrite, serve: bulkProducts},
		{method: "GET", path: "/products/{id}", tier: tierRead, needs: toRead, serve: getProduct},
		{method: "PUT", path: "/products/{id}", tier: tierWrite, needs: toWrite, serve: updateProduct},
		{method: "DELETE", path: "/products/{id}", tier: tierWrite, needs: toDelete, serve: trashProduct},
	}
}

// accountRoutes are the operations that all surfaces share.
func accountRoutes() []route {
	return []route{
		{method: "POST", path: "/media/upload", tier: tierWrite, needs: toWrite, serve: uploadImage},
		{method: "GET", path: "/categories", tier: tierRead, needs: toRead, serve: listCategories},
		{method: "POST", path: "/auth/login", tier: tierLogin, needs: nothing, serve: login},
		{method: "POST", path: "/auth/refresh", tier: tierRefresh, needs: nothing, serve: refresh},
		{method: "GET", path: "/odoo/status", tier: tierRead, needs: toRead, serve: odooStatus},
		{method: "GET", path: "/odoo/schedules", tier: tierRead, needs: toRead, serve: odooSchedules},
	}
}

func listProducts(c *call) (answer, error) {
	q, p, err := parseList(c.URL.Query(), c.server.config.MaxPageSize)
	if err != nil {
		return answer{}, err
	}
	return c.list(q, p), nil
}

// list answers one page of the products that q selects.
func (c *call) list(q catalogue.Query, p page) answer {
	products, total := c.store.List(q)
	p.all = total
	if c.fault != nil && c.fault.Kind == FaultWrongTotal {
		p.all = max(0, p.all+c.fault.Off)
	}
	p.items = make([]any, len(products))
	for i, product := range products {
		p.items[i] = c.route.surface.render.item(c.showImages(product), c.store)
	}
	return ok(p.wrap(c.route.surface.envelope))
}

func getProduct(c *call) (answer, error) {
	p, err := c.store.Read(c.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return c.product(http.StatusOK, p), nil
}

func createProduct(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	if err := c.takeImages(body); err != nil {
		return answer{}, err
	}
	p, err := c.store.Create(body)
	if err != nil {
		return answer{}, err
	}
	c.server.counts.writes(1, 0, 0)
	return c.product(http.StatusCreated, p), nil
}

func updateProduct(c *call) (answer, error) {
	body, err := c.object()
	if err != nil {
		return answer{}, err
	}
	if err := c.takeImages(body); err != nil {
		return answer{}, err
	}
	p, err := c.store.Edit(c.PathValue("id"), body)
	if err != nil {
		return answer{}, err
	}
	c.server.counts.writes(0, 1, 0)
	return c.product(http.StatusOK, p), nil
}

func trashProduct(c *call) (answer, error) {
	if err := c.store.Trash(c.PathValue("id")); err != nil {
		return answer{}, err
	}
	c.server.counts.writes(0, 0, 1)
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) product(status int, p Product) answer {
	return answer{status: status, body: wrapOne(c.route.surface.render.whole(c.showImages(p), c.store), c.route.surface.envelope)}
}

func listCategories(c *call) (answer, error) {
	list := []any{}
	for _, category := range c.store.Categories() {
		list = append(list, map[string]any{
			"id": category.ID, "name": category.Name, "slug": category.Slug,
			"parent_id": category.ParentID, "is_active": category.IsActive,
		})
	}
	if in := c.server.config.CategoriesIn; in != "" {
		return ok(map[string]any{in: list}), nil
	}
	return ok(list), nil
}

func odooStatus(c *call) (answer, error) {
	on := c.server.config.OdooSync
	return ok(map[string]any{"configured": on, "connected": on, "is_active": on, "last_sync_at": nil}), nil
}

func odooSchedules(c *call) (answer, error) {
	if !c.server.config.OdooSync {
		return ok([]any{}), nil
	}
	return ok([]any{map[string]any{"id": 1, "name": "Odoo", "interval_minutes": 15, "is_active": true}}), nil
}

func health(*call) (answer, error) {
	return ok(map[string]any{"status": "healthy", "version": "4.9.0"}), nil
}

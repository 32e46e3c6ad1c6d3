package pmsim

import "net/http"

// appRoutes are the operations of the surface `app`.
func (s *Server) appRoutes() []route {
	return []route{
		{"GET", "/products", tierRead, toRead, listProducts},
		{"POST", "/products", tierWrite, toWrite, createProduct},
		{"POST", "/products/bulk", tierBulk, toWrite, bulkProducts},
		{"GET", "/products/{id}", tierRead, toRead, getProduct},
		{"PUT", "/products/{id}", tierWrite, toWrite, updateProduct},
		{"DELETE", "/products/{id}", tierWrite, toDelete, trashProduct},
		{"GET", "/categories", tierRead, toRead, listCategories},
		{"POST", "/auth/login", tierLogin, nothing, login},
		{"POST", "/auth/refresh", tierRefresh, nothing, refresh},
		{"GET", "/odoo/status", tierRead, toRead, odooStatus},
		{"GET", "/odoo/schedules", tierRead, toRead, odooSchedules},
	}
}

func listProducts(c *call) (answer, error) {
	config := c.server.config
	q, p, err := parseList(c.URL.Query(), config.MaxPageSize)
	if err != nil {
		return answer{}, err
	}
	products, total := c.store.List(q)
	p.all = total
	if c.fault != nil && c.fault.Kind == FaultWrongTotal {
		p.all = max(0, p.all+c.fault.Off)
	}
	p.items = make([]any, len(products))
	for i, product := range products {
		p.items[i] = c.server.render.item(product, c.store)
	}
	return ok(p.wrap(config.Envelope)), nil
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
	return answer{status: status, body: wrapOne(c.server.render.whole(p, c.store), c.server.config.Envelope)}
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

package odoosim

import (
	"fmt"
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/models"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Sell delivers n of a product, given by its template, out of the stock of a warehouse: the quant falls, below
// zero if need be, and a done move stays behind. No date of the product moves.
func (q *Session) Sell(warehouse string, product int64, n float64) error {
	return q.stock(product, func(e *orm.Env, variant int64) error { return models.Deliver(e, warehouse, variant, n) })
}

// Reserve reserves n of a product in the stock of a warehouse.
func (q *Session) Reserve(warehouse string, product int64, n float64) error {
	return q.stock(product, func(e *orm.Env, variant int64) error { return models.Reserve(e, warehouse, variant, n) })
}

// Tidy deletes the quants at zero, as Odoo does whenever somebody opens the inventory.
func (s *Server) Tidy() error {
	system := &orm.Account{ID: 1, Login: "__system__", Role: orm.Administrator, Companies: []int64{1}}
	return s.db.Update(system, nil, s.config.Now().UTC().Truncate(time.Microsecond), func(e *orm.Env) error { return models.Tidy(e.Super()) })
}

// Stock returns what is on hand of a product, given by its template, in all internal locations.
func (s *Server) Stock(product int64) (n float64) {
	s.view(func(e *orm.Env) {
		for _, v := range e.Siblings("product.product", "product_tmpl_id", product) {
			n += e.NumberOf(v, "qty_available")
		}
	})
	return n
}

func (q *Session) stock(product int64, move func(e *orm.Env, variant int64) error) error {
	if q.err != nil {
		return q.err
	}
	return q.server.db.Update(q.user, q.context, q.server.config.Now().UTC().Truncate(time.Microsecond), func(e *orm.Env) error {
		variants := e.Siblings("product.product", "product_tmpl_id", product)
		if len(variants) != 1 {
			return fmt.Errorf("the product %d has %d variants, not one", product, len(variants))
		}
		return move(e, variants[0].ID)
	})
}

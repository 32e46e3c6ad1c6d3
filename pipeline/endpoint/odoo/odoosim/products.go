package odoosim

import (
	"time"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Product is a template as it really is, read with all rights, archived variants included.
type Product struct {
	ID         int64
	Variants   []int64
	ExternalID string // "module.name", "" for none
	Active     bool
	// VariantActive tells whether one of the variants is active; a template can be so without one.
	VariantActive bool
	Name          string // in English
	SKU           string
	Barcode       string
	Price         float64
	Cost          float64
	Weight        float64
	Description   string // for sale, in English
	Category      string // its complete name
	CategoryID    int64
	Custom        map[string]any
	Created       time.Time
	Written       time.Time
}

// Products returns all products, archived ones too, by id.
func (s *Server) Products() []Product {
	var products []Product
	s.view(func(e *orm.Env) {
		for r := range e.Model("product.template").Rows().All() {
			products = append(products, s.product(e, r))
		}
	})
	return products
}

// Categories returns the complete names of all categories, by id.
func (s *Server) Categories() map[int64]string {
	names := map[int64]string{}
	s.view(func(e *orm.Env) {
		for r := range e.Model("product.category").Rows().All() {
			names[r.ID] = r.Text("complete_name")
		}
	})
	return names
}

// Count returns how many records a model has, archived ones included.
func (s *Server) Count(model string) int {
	n := 0
	s.view(func(e *orm.Env) {
		if m := e.Model(model); m != nil {
			n = m.Rows().Len()
		}
	})
	return n
}

// view reads with all rights.
func (s *Server) view(f func(*orm.Env)) {
	system := &orm.Account{ID: 1, Login: "__system__", Role: orm.Administrator, Companies: []int64{1}}
	_ = s.db.View(system, orm.Context{"active_test": false}, func(e *orm.Env) error { // f cannot fail
		f(e.Super())
		return nil
	})
}

func (s *Server) product(e *orm.Env, r *orm.Row) Product {
	p := Product{
		ID: r.ID, ExternalID: e.ExternalID(r.Model(), r.ID), Active: r.Active(),
		Name: e.TextOf(r, "name"), Price: r.Number("list_price"), Description: e.TextOf(r, "description_sale"),
		SKU: r.Text("default_code"), Barcode: e.TextOf(r, "barcode"), Cost: e.NumberOf(r, "standard_price"), Weight: r.Number("weight"),
		Created: r.Created, Written: r.Written, Custom: map[string]any{},
	}
	for _, v := range e.Siblings("product.product", "product_tmpl_id", r.ID) {
		p.Variants = append(p.Variants, v.ID)
		p.VariantActive = p.VariantActive || v.Active()
	}
	if c := e.Model("product.category").Fetch(r.Ref("categ_id")); c != nil {
		p.Category, p.CategoryID = c.Text("complete_name"), c.ID
	}
	for _, f := range s.config.ExtraFields {
		p.Custom[f.Name] = e.Of(r, f.Name)
	}
	return p
}

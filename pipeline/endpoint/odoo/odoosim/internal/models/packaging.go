package models

import (
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// packagings are the boxes that a product is sold in: with a name up to 18, then with a unit. Their barcodes are
// none that a product has.
func packagings(d orm.Dialect) *orm.Model {
	m := &orm.Model{
		Name: d.Packagings, Label: "Product Packaging", Order: "id",
		Fields: []*orm.Field{
			orm.Column("name", "Product Packaging", orm.Char).Must(), orm.Reference("product_id", "Product", variant).Index(),
			orm.Column("barcode", "Barcode", orm.Char).Index(),
		},
	}
	if d.Packagings == "product.uom" {
		m.Label, m.NameFrom = "Link between products and their UoMs", "barcode"
		m.Fields = []*orm.Field{
			orm.Reference("uom_id", "Unit", "uom.uom").Must(), orm.Reference("product_id", "Product", variant).Must().Index(),
			orm.Column("barcode", "Barcode", orm.Char).Must().Index(),
		}
	}
	m.Create = func(e *orm.Env, list []orm.Values) ([]int64, error) {
		ids, err := e.CreateRows(e.Model(d.Packagings), list)
		if err != nil {
			return nil, err
		}
		return ids, freeOfProducts(e, ids)
	}
	m.Write = func(e *orm.Env, ids []int64, values orm.Values) error {
		if err := e.WriteRows(e.Model(d.Packagings), ids, values); err != nil {
			return err
		}
		return freeOfProducts(e, ids)
	}
	return m
}

// freeOfProducts refuses packagings with the barcode of a product.
func freeOfProducts(e *orm.Env, ids []int64) error {
	var codes []any
	for _, id := range ids {
		if code := e.Model(e.Dialect().Packagings).Fetch(id).Text("barcode"); code != "" {
			codes = append(codes, code)
		}
	}
	return unless(e, variant, codes, "A product already uses the barcode")
}

// unless refuses what is written if a record of the model has one of the barcodes.
func unless(e *orm.Env, model string, codes []any, text string) error {
	found, err := e.Super().Search(e.Model(model), []any{[]any{"barcode", "in", codes}}, "id", 0, 1)
	if err != nil || len(found) == 0 {
		return err
	}
	return &orm.Fault{Class: orm.Invalid, Text: text}
}

// Package models declares the models of the stand-in Odoo server on top of package orm: products with
// their variants, categories, stock, users and what belongs to the server itself.
//
// What a template shares with its only variant, which write moves which date, and what is lost on the
// way to an archived variant follow what was measured on Odoo 16 and 18; the switches for it are in
// orm.Dialect.
//
// Read template.go, shared.go and variant.go first; variants.go makes the variants of attributes,
// barcode.go and image.go hold the rules of these two fields, stock.go and quant.go the quantities,
// base.go the rest, access.go the rights, and seed.go the records that a fresh database has.
package models

import "github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"

// The names of models that are used in several files.
const (
	template  = "product.template"
	variant   = "product.product"
	category  = "product.category"
	quant     = "stock.quant"
	move      = "stock.move"
	moveLine  = "stock.move.line"
	location  = "stock.location"
	warehouse = "stock.warehouse"
	data      = "ir.model.data"
	parameter = "ir.config_parameter"
	document  = "ir.attachment"
)

// All returns the models, parents before their children, with the custom fields on product.template.
func All(d orm.Dialect, custom []*orm.Field) []*orm.Model {
	return []*orm.Model{
		users(d), keys(d), languages(), companies(), parameters(), modelData(), modelNames(), modelFields(), attachments(),
		units(), taxes(), categories(d), templates(d, custom), variants(d),
		attributes(), attributeValues(), attributeLines(), templateValues(),
		warehouses(), locations(), quants(d), moves(), moveLines(), packagings(d),
		named("stock.lot", "Lot/Serial"), named("stock.quant.package", "Packages"), named("res.partner", "Contact"),
	}
}

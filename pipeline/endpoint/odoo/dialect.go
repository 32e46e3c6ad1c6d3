package odoo

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// dialect is what differs between versions of Odoo, as far as products go.
type dialect struct {
	major    int
	measured bool // on a real server; the others follow their neighbours
	// variantDateTells: the variant's write_date moves with the template's too, so it is the only one to
	// watch. Before, either may move alone.
	variantDateTells bool
	// clearsBarcodesTogether: a write of several templates at once reaches each one's barcode.
	// Before, barcodes of more than one are silently left as they are.
	clearsBarcodesTogether bool
	accessMethod           string // tells whether the user may do something with a model
	// root is the category that others are below; "" where there is none. Where there is one, categories
	// are required too.
	root string
	// storesAnyPrice: prices are kept as sent, so they are rounded here.
	storesAnyPrice bool
	// storable is the field that makes a product keep stock: a choice up to 17, then a flag.
	storable string
	// usersCount: every user of the stock may count it, not only its managers.
	usersCount bool
	// countsWithoutLots: what is tracked by lots or serial numbers may be counted without one. Before, such a
	// count is taken and sets nothing.
	countsWithoutLots bool
	// packagings is the model of what products are packed in, whose barcodes no product may have.
	packagings string
	// usersKnowImages: every internal user may read the checksums of images, not only administrators.
	usersKnowImages bool
	// takesWebP: images in this format are understood.
	takesWebP bool
	// productGroup are the groups of which one lets a user edit products and categories, counterGroup the one
	// that lets him count stock, as Odoo's settings name them.
	productGroup, counterGroup string
	// hashes: the check of a login over XML-RPC hashes the password 600,000 times where the user has one.
	hashes           bool
	deprecatesXMLRPC bool // each such call leaves a warning in the server's log
	// keysExpire: API keys may have an end, which can be read.
	keysExpire bool
}

// dialects lists the versions that are known, oldest first.
func dialects() []dialect {
	const managers = "Inventory / Administrator or Sales / Administrator"
	older := dialect{
		accessMethod: "check_access_rights", root: "All", storable: "type", packagings: "product.packaging", hashes: true,
		productGroup: managers, counterGroup: "Inventory / Administrator",
	}
	old := older
	old.storable = "detailed_type"
	recent := dialect{
		accessMethod: "has_access", root: "All", variantDateTells: true, clearsBarcodesTogether: true, storable: "is_storable", usersCount: true,
		packagings:      "product.packaging",
		usersKnowImages: true, takesWebP: true, hashes: true, keysExpire: true, productGroup: managers, counterGroup: "Inventory / User",
	}
	return []dialect{
		older.as(14, false), old.as(15, false), old.as(16, true), old.as(17, false),
		recent.as(18, true),
		dialect{
			accessMethod: "has_access", variantDateTells: true, clearsBarcodesTogether: true, storesAnyPrice: true,
			storable: "is_storable", usersCount: true, countsWithoutLots: true, packagings: "product.uom", usersKnowImages: true, takesWebP: true, hashes: true, keysExpire: true,
			productGroup: "Products / Create", counterGroup: "Inventory / User",
			deprecatesXMLRPC: true,
		}.as(19, true),
	}
}

func (d dialect) as(major int, measured bool) dialect {
	d.major, d.measured = major, measured
	return d
}

// isStorable is what the storable field of a product that keeps stock holds.
func (d dialect) isStorable() pipeline.Value {
	if d.storable == "is_storable" {
		return pipeline.Bool(true)
	}
	return pipeline.Text("product")
}

// keepsStock tells whether a variant that was read keeps stock.
func (d dialect) keepsStock(variant row) bool {
	return variant.isTrue(d.storable) || variant.text(d.storable) == "product"
}

// dialectOf returns the dialect of a server.
func dialectOf(v rpc.Version, host string) (dialect, error) {
	all := dialects()
	for _, d := range all {
		if d.major == v.Major {
			return d, nil
		}
	}
	return dialect{}, &pipeline.Error{
		Code: pipeline.CodeUnsupportedVersion, Class: pipeline.Auth,
		Message: fmt.Sprintf("Odoo at %s is version %s; Tandem knows %d to %d", host, v.Text, all[0].major, all[len(all)-1].major),
		Remedy:  "Use a version of Tandem that knows this Odoo, or upgrade Odoo.",
	}
}

package models

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// root is the category that products have by default.
const root = int64(1)

// deferVariants is set in the context while a template is made or its attributes are written: its
// variants are made once, at the end.
const deferVariants = "defer_variants"

func templates(d orm.Dialect, custom []*orm.Field) *orm.Model {
	m := &orm.Model{
		Name: template, Label: "Product", Order: d.Favorite + " desc, name",
		Fields: slices.Concat(imageFields(template, "image", ""), templateFields(d), orm.Common(), stockFields(d, templateQuantity), custom),
		Create: createTemplates, Write: writeTemplates, Unlink: unlinkTemplates,
		Display: displayTemplate, NameFind: findProducts(template),
	}
	if d.VariantFollowsTemplate {
		m.Touched = datesFollow
	}
	return m
}

func templateFields(d orm.Dialect) []*orm.Field {
	name := orm.Column("name", "Name", orm.Char).Must()
	description := orm.Column("description", "Description", orm.HTML)
	description.Check = sanitised
	purchase := orm.Column("description_purchase", "Purchase Description", orm.Text)
	sale := orm.Column("description_sale", "Sales Description", orm.Text)
	for _, f := range []*orm.Field{name, description, purchase, sale} {
		f.Translate = true
	}
	categ := orm.Reference("categ_id", "Product Category", category)
	if !d.CategoryOptional {
		categ.Must().Or(root)
	}
	price := orm.Column("list_price", "Sales Price", orm.Float).Or(1.0)
	price.Digits = d.PriceDigits
	fields := []*orm.Field{name, orm.Column("sequence", "Sequence", orm.Integer).Or(int64(1)), description, purchase, sale}
	fields = append(fields, typeFields(d)...)
	return append(fields,
		categ, price, taxesOfProduct(),
		sharedFields(d)["standard_price"], sharedFields(d)["volume"], sharedFields(d)["weight"],
		orm.Column("sale_ok", "Can be Sold", orm.Boolean).Or(true),
		orm.Column("purchase_ok", "Can be Purchased", orm.Boolean).Or(true),
		orm.Reference("uom_id", "Unit of Measure", "uom.uom").Must().Or(int64(1)),
		orm.Reference("company_id", "Company", "res.company"),
		orm.Column("active", "Active", orm.Boolean).Or(true),
		orm.Computed("is_product_variant", "Is a product variant", orm.Boolean, func(*orm.Env, *orm.Row) any { return false }),
		orm.Children("attribute_line_ids", "Product Attributes", "product.template.attribute.line", "product_tmpl_id"),
		orm.Children("product_variant_ids", "Products", variant, "product_tmpl_id"),
		orm.Computed("product_variant_id", "Product", orm.Many2one, firstVariant).To(variant),
		orm.Computed("product_variant_count", "# Product Variants", orm.Integer, func(e *orm.Env, r *orm.Row) any {
			return int64(len(variantsOf(e, r)))
		}),
		sharedFields(d)["barcode"], sharedFields(d)["default_code"],
		favorite(d),
	)
}

func favorite(d orm.Dialect) *orm.Field {
	if d.Favorite == "is_favorite" {
		return orm.Column("is_favorite", "Favorite", orm.Boolean)
	}
	f := orm.Column("priority", "Favorite", orm.Selection).Or("0")
	f.Options = [][2]string{{"0", "Normal"}, {"1", "Favorite"}}
	return f
}

// typeFields are what says whether a product is storable.
func typeFields(d orm.Dialect) []*orm.Field {
	kind := orm.Column("type", "Product Type", orm.Selection).Must().Or("consu")
	tracking := orm.Column("tracking", "Tracking", orm.Selection).Must().Or("none")
	tracking.Options = [][2]string{{"serial", "By Unique Serial Number"}, {"lot", "By Lots"}, {"none", "No Tracking"}}
	if !d.DetailedType {
		kind.Options = [][2]string{{"consu", "Goods"}, {"service", "Service"}, {"combo", "Combo"}}
		return []*orm.Field{kind, tracking, orm.Column("is_storable", "Track Inventory", orm.Boolean)}
	}
	kind.Options = [][2]string{{"consu", "Consumable"}, {"service", "Service"}, {"product", "Storable Product"}}
	detailed := orm.Column("detailed_type", "Product Type", orm.Selection).Must().Or("consu")
	detailed.Options = kind.Options
	return []*orm.Field{kind, tracking, detailed}
}

// sameType gives `type` and `detailed_type` one value where the version has both and only one was given.
func sameType(e *orm.Env, values orm.Values) orm.Values {
	if !e.Dialect().DetailedType {
		return values
	}
	detailed, hasDetailed := values["detailed_type"]
	kind, hasKind := values["type"]
	switch {
	case hasKind && !hasDetailed:
		return with(values, "detailed_type", kind)
	case hasDetailed && !hasKind:
		return with(values, "type", detailed)
	}
	return values
}

// with returns values with one more.
func with(values orm.Values, name string, v any) orm.Values {
	more := make(orm.Values, len(values)+1)
	for k, old := range values {
		more[k] = old
	}
	more[name] = v
	return more
}

// createTemplates makes templates and their variants. What belongs to the variant is written in a
// second step, which reaches it only if there is exactly one.
func createTemplates(e *orm.Env, list []orm.Values) ([]int64, error) {
	typed := make([]orm.Values, len(list))
	for i, values := range list {
		typed[i] = sameType(e, values)
	}
	m := e.Model(template)
	ids, err := e.With(deferVariants, true).CreateRows(m, typed)
	if err != nil {
		return nil, err
	}
	if makes, given := e.Context["create_product_product"]; !given || makes != false {
		if err := makeVariants(e, ids); err != nil {
			return nil, err
		}
	}
	for i, values := range typed {
		shared := orm.Values{}
		for _, name := range sharedNames() {
			if v, ok := values[name]; ok && orm.Truthy(v) {
				shared[name] = v
			}
		}
		if len(shared) > 0 {
			if err := e.Super().Write(m, ids[i:i+1], shared); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

func writeTemplates(e *orm.Env, ids []int64, values orm.Values) error {
	values = sameType(e, values)
	if err := keepsType(e, ids, values); err != nil {
		return err
	}
	m := e.Model(template)
	if err := e.With(deferVariants, true).WriteRows(m, ids, values); err != nil {
		return err
	}
	active, given := values["active"]
	_, attributes := values["attribute_line_ids"]
	if attributes || given && orm.Truthy(active) && !anyVariant(e, ids) {
		if err := makeVariants(e, ids); err != nil {
			return err
		}
	}
	if given && !orm.Truthy(active) {
		return archiveVariants(e, ids)
	}
	return nil
}

// anyVariant tells whether one of the templates has a variant that the context lets see. With
// active_test = False archived ones count too, so that taking a template back then leaves its variants
// archived.
func anyVariant(e *orm.Env, ids []int64) bool {
	return slices.ContainsFunc(ids, func(id int64) bool {
		return len(variantsOf(e, e.Model(template).Fetch(id))) > 0
	})
}

func archiveVariants(e *orm.Env, ids []int64) error {
	var archived []int64
	for _, id := range ids {
		archived = append(archived, e.Model(variant).Rows().Having("product_tmpl_id", id)...)
	}
	return e.Super().Write(e.Model(variant), archived, orm.Values{"active": false})
}

// unlinkTemplates deletes templates and their variants, unless stock moved.
func unlinkTemplates(e *orm.Env, ids []int64) error {
	for _, id := range ids {
		children := e.Model(variant).Rows().Having("product_tmpl_id", id)
		if err := neverMoved(e, children); err != nil {
			return err
		}
		if err := e.UnlinkRows(e.Model(variant), children); err != nil {
			return err
		}
		lines := e.Model("product.template.attribute.line").Rows().Having("product_tmpl_id", id)
		for _, line := range lines {
			values := e.Model("product.template.attribute.value").Rows().Having("attribute_line_id", line)
			if err := e.UnlinkRows(e.Model("product.template.attribute.value"), values); err != nil {
				return err
			}
		}
		if err := e.UnlinkRows(e.Model("product.template.attribute.line"), lines); err != nil {
			return err
		}
	}
	return e.UnlinkRows(e.Model(template), ids)
}

func displayTemplate(e *orm.Env, r *orm.Row) string {
	if code := r.Text("default_code"); code != "" {
		return "[" + code + "] " + e.TextOf(r, "name")
	}
	return e.TextOf(r, "name")
}

func firstVariant(e *orm.Env, r *orm.Row) any {
	if ids := variantsOf(e, r); len(ids) > 0 {
		return ids[0]
	}
	return nil
}

// variantsOf returns the variants of a template that the context lets see.
func variantsOf(e *orm.Env, r *orm.Row) []int64 {
	ids, _ := e.Of(r, "product_variant_ids").([]int64)
	return ids
}

// datesFollow moves the dates of a template's variants to its own.
func datesFollow(e *orm.Env, r *orm.Row) {
	for _, v := range e.Siblings(variant, "product_tmpl_id", r.ID) {
		e.Follow(v, r)
	}
}

package models

import (
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

func variants(d orm.Dialect) *orm.Model {
	owner := orm.Reference("product_tmpl_id", "Product Template", template).Must().Index()
	values := orm.Column("product_template_attribute_value_ids", "Attribute Values", orm.Many2many).To("product.template.attribute.value")
	price := orm.Computed("lst_price", "Sales Price", orm.Float, func(e *orm.Env, r *orm.Row) any {
		return e.NumberOf(r, "list_price") + e.NumberOf(r, "price_extra")
	})
	price.Readonly, price.Digits, price.Set = false, d.PriceDigits, setListPrice
	extra := orm.Computed("price_extra", "Variant Price Extra", orm.Float, priceExtra)
	extra.Digits = d.PriceDigits
	fields := []*orm.Field{extra, price}
	fields = append(fields, variantColumns(d)...)
	fields = append(fields,
		orm.Column("active", "Active", orm.Boolean).Or(true), owner, values,
		orm.Children("stock_quant_ids", "Stock Quant", quant, "product_id"),
		orm.Computed("combination_indices", "Combination Indices", orm.Char, func(_ *orm.Env, r *orm.Row) any {
			return combination(r.IDs("product_template_attribute_value_ids"))
		}),
		orm.Computed("is_product_variant", "Is a product variant", orm.Boolean, func(*orm.Env, *orm.Row) any { return true }),
	)
	if d.Packagings == "product.uom" {
		fields = append(fields, orm.Children("product_uom_ids", "Unit Barcode", d.Packagings, "product_id"))
	}
	return &orm.Model{
		Name: variant, Label: "Product Variant", Order: d.Favorite + " desc, default_code, name, id",
		Inherits: "product_tmpl_id",
		Fields:   slices.Concat(fields, variantImages(), orm.Common(), stockFields(d, variantQuantity)),
		Create:   createVariants, Write: writeVariants, Unlink: unlinkVariants, Archived: variantsArchived,
		Display: displayVariant, NameFind: findProducts(variant),
	}
}

// variantColumns are the fields that belong to the variant and that its template shares.
func variantColumns(d orm.Dialect) []*orm.Field {
	cost := orm.Column("standard_price", "Cost", orm.Float)
	cost.PerCompany, cost.Digits, cost.Groups = true, d.PriceDigits, "base.group_user"
	volume := orm.Column("volume", "Volume", orm.Float)
	weight := orm.Column("weight", "Weight", orm.Float)
	volume.Digits, weight.Digits = 2, 2
	return []*orm.Field{
		orm.Column("default_code", "Internal Reference", orm.Char).Index(),
		orm.Column("barcode", "Barcode", orm.Char).Index(),
		cost, volume, weight,
	}
}

func priceExtra(e *orm.Env, r *orm.Row) any {
	total := 0.0
	for _, id := range r.IDs("product_template_attribute_value_ids") {
		if v := e.Model("product.template.attribute.value").Fetch(id); v != nil {
			total += v.Number("price_extra")
		}
	}
	return total
}

func setListPrice(e *orm.Env, ids []int64, v any) error {
	price, _ := v.(float64)
	for _, id := range ids {
		r := e.Model(variant).Fetch(id)
		extra, _ := priceExtra(e, r).(float64)
		err := e.Super().Write(e.Model(variant), []int64{id}, orm.Values{"list_price": price - extra})
		if err != nil {
			return err
		}
	}
	return nil
}

// createVariants makes variants, each with a template of its own unless it names one.
func createVariants(e *orm.Env, list []orm.Values) ([]int64, error) {
	typed := make([]orm.Values, len(list))
	for i, values := range list {
		typed[i] = sameType(e, values)
	}
	ids, err := e.CreateRows(e.Model(variant), typed)
	if err != nil {
		return nil, err
	}
	refreshKept(e, ids, keptNames())
	if err := uniqueCombinations(e, ids); err != nil {
		return nil, err
	}
	return ids, checkBarcodes(e, ids)
}

// uniqueCombinations refuses a second active variant of a combination.
func uniqueCombinations(e *orm.Env, ids []int64) error {
	for _, id := range ids {
		v := e.Model(variant).Fetch(id)
		name := combination(v.IDs("product_template_attribute_value_ids"))
		for _, other := range e.Siblings(variant, "product_tmpl_id", v.Ref("product_tmpl_id")) {
			if v.Active() && other.Active() && other.ID != id && combination(other.IDs("product_template_attribute_value_ids")) == name {
				return orm.UserErrorf("duplicate key value violates unique constraint \"product_product_combination_unique\"\n"+
					"DETAIL:  Key (product_tmpl_id, combination_indices)=(%d, %s) already exists.\n", v.Ref("product_tmpl_id"), name)
			}
		}
	}
	return nil
}

func writeVariants(e *orm.Env, ids []int64, values orm.Values) error {
	if err := e.WriteRows(e.Model(variant), ids, values); err != nil {
		return err
	}
	var kept []string
	for _, name := range keptNames() {
		if _, written := values[name]; written {
			kept = append(kept, name)
		}
	}
	if len(kept) > 0 {
		refreshKept(e, ids, kept)
	}
	_, combined := values["product_template_attribute_value_ids"]
	if _, activated := values["active"]; combined || activated {
		if err := uniqueCombinations(e, ids); err != nil {
			return err
		}
	}
	if _, written := values["barcode"]; written {
		return checkBarcodes(e, ids)
	}
	return nil
}

// unlinkVariants deletes variants; a template goes with its last active one.
func unlinkVariants(e *orm.Env, ids []int64) error {
	if err := neverMoved(e, ids); err != nil {
		return err
	}
	var empty []int64
	for _, id := range templatesOf(e, ids) {
		others := slices.DeleteFunc(slices.Clone(variantsOf(e, e.Model(template).Fetch(id))), func(v int64) bool {
			return slices.Contains(ids, v)
		})
		if len(others) == 0 {
			empty = append(empty, id)
		}
	}
	if err := e.UnlinkRows(e.Model(variant), ids); err != nil {
		return err
	}
	return unlinkTemplates(e, empty)
}

// variantsArchived lets a template follow the action that archived its last variant or took one back.
// A plain write of active does not.
func variantsArchived(e *orm.Env, ids []int64, active bool) error {
	for _, id := range templatesOf(e, ids) {
		r := e.Model(template).Fetch(id)
		has := slices.ContainsFunc(e.Siblings(variant, "product_tmpl_id", id), (*orm.Row).Active)
		if r.Active() == active || has != active {
			continue
		}
		if err := e.Super().Write(e.Model(template), []int64{id}, orm.Values{"active": active}); err != nil {
			return err
		}
	}
	return nil
}

// displayVariant is "[CODE] Name (Red, S)".
func displayVariant(e *orm.Env, r *orm.Row) string {
	name := e.TextOf(r, "name")
	var parts []string
	for _, id := range r.IDs("product_template_attribute_value_ids") {
		v := e.Model("product.template.attribute.value").Fetch(id)
		if v != nil && len(e.Model("product.template.attribute.line").Fetch(v.Ref("attribute_line_id")).IDs("value_ids")) > 1 {
			parts = append(parts, e.TextOf(v, "name"))
		}
	}
	if len(parts) > 0 {
		name += " (" + strings.Join(parts, ", ") + ")"
	}
	if code := r.Text("default_code"); code != "" {
		return "[" + code + "] " + name
	}
	return name
}

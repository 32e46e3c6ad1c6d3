package models

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// most is how many variants a template may have.
const most = 1000

func attributes() *orm.Model {
	mode := orm.Column("create_variant", "Variants Creation Mode", orm.Selection).Must().Or("always")
	mode.Options = [][2]string{{"always", "Instantly"}, {"dynamic", "Dynamically"}, {"no_variant", "Never"}}
	return &orm.Model{
		Name: "product.attribute", Label: "Product Attribute", Order: "sequence, id",
		Fields: []*orm.Field{
			orm.Column("name", "Attribute", orm.Char).Must(), orm.Column("sequence", "Sequence", orm.Integer), mode,
			orm.Children("value_ids", "Values", "product.attribute.value", "attribute_id"),
		},
	}
}

func attributeValues() *orm.Model {
	return &orm.Model{
		Name: "product.attribute.value", Label: "Attribute Value", Order: "attribute_id, sequence, id",
		Fields: []*orm.Field{
			orm.Column("name", "Value", orm.Char).Must(), orm.Column("sequence", "Sequence", orm.Integer),
			orm.Reference("attribute_id", "Attribute", "product.attribute").Must().Index(),
		},
		Display: func(e *orm.Env, r *orm.Row) string {
			return e.Display(e.Model("product.attribute").Fetch(r.Ref("attribute_id"))) + ": " + r.Text("name")
		},
	}
}

func attributeLines() *orm.Model {
	return &orm.Model{
		Name: "product.template.attribute.line", Label: "Product Template Attribute Line",
		Order: "attribute_id, id", NameFrom: "attribute_id",
		Fields: []*orm.Field{
			orm.Reference("product_tmpl_id", "Product Template", template).Must().Index(),
			orm.Reference("attribute_id", "Attribute", "product.attribute").Must(),
			orm.Column("active", "Active", orm.Boolean).Or(true),
			orm.Column("value_ids", "Values", orm.Many2many).To("product.attribute.value"),
			orm.Children("product_template_value_ids", "Product Attribute Values", "product.template.attribute.value", "attribute_line_id"),
		},
		Create: func(e *orm.Env, list []orm.Values) ([]int64, error) {
			ids, err := e.CreateRows(e.Model("product.template.attribute.line"), list)
			if err != nil {
				return nil, err
			}
			return ids, linesChanged(e, ids)
		},
		Write: func(e *orm.Env, ids []int64, values orm.Values) error {
			if err := e.WriteRows(e.Model("product.template.attribute.line"), ids, values); err != nil {
				return err
			}
			return linesChanged(e, ids)
		},
		Unlink: unlinkLines,
	}
}

func templateValues() *orm.Model {
	extra := orm.Column("price_extra", "Value Price Extra", orm.Float)
	extra.Digits = 2
	return &orm.Model{
		Name: "product.template.attribute.value", Label: "Product Template Attribute Value",
		Order: "attribute_line_id, product_attribute_value_id, id",
		Fields: []*orm.Field{
			orm.Reference("product_attribute_value_id", "Attribute Value", "product.attribute.value").Must(),
			orm.Reference("attribute_line_id", "Attribute Line", "product.template.attribute.line").Must().Index(),
			extra,
			orm.Computed("name", "Value", orm.Char, func(e *orm.Env, r *orm.Row) any {
				return e.Model("product.attribute.value").Fetch(r.Ref("product_attribute_value_id")).Text("name")
			}),
		},
		Display: func(e *orm.Env, r *orm.Row) string {
			return e.Display(e.Model("product.attribute.value").Fetch(r.Ref("product_attribute_value_id")))
		},
	}
}

// linesChanged gives each line one template value per value, and makes the templates' variants anew.
func linesChanged(e *orm.Env, ids []int64) error {
	values := e.Model("product.template.attribute.value")
	var owners []int64
	for _, id := range ids {
		line := e.Model("product.template.attribute.line").Fetch(id)
		owners = append(owners, line.Ref("product_tmpl_id"))
		wanted := line.IDs("value_ids")
		for _, v := range e.Siblings(values.Name, "attribute_line_id", id) {
			at := slices.Index(wanted, v.Ref("product_attribute_value_id"))
			if at >= 0 {
				wanted = slices.Delete(slices.Clone(wanted), at, at+1)
				continue
			}
			if err := e.UnlinkRows(values, []int64{v.ID}); err != nil {
				return err
			}
		}
		for _, value := range wanted {
			_, err := e.CreateRows(values, []orm.Values{{"attribute_line_id": id, "product_attribute_value_id": value}})
			if err != nil {
				return err
			}
		}
	}
	if e.Context.True(deferVariants) {
		return nil
	}
	return makeVariants(e, owners)
}

func unlinkLines(e *orm.Env, ids []int64) error {
	m := e.Model("product.template.attribute.line")
	var owners []int64
	for _, id := range ids {
		owners = append(owners, m.Fetch(id).Ref("product_tmpl_id"))
		values := e.Model("product.template.attribute.value")
		if err := e.UnlinkRows(values, values.Rows().Having("attribute_line_id", id)); err != nil {
			return err
		}
	}
	if err := e.UnlinkRows(m, ids); err != nil {
		return err
	}
	if e.Context.True(deferVariants) {
		return nil
	}
	return makeVariants(e, owners)
}

// combination names the template values of a variant.
func combination(ids []int64) string {
	sorted := slices.Sorted(slices.Values(ids))
	parts := make([]string, len(sorted))
	for i, id := range sorted {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ",")
}

// makeVariants brings the variants of the templates in line with their attributes: it makes those that
// lack, takes archived ones back, and deletes those that no combination stands for, or archives them
// if stock moved. A template without attributes has one variant.
func makeVariants(e *orm.Env, ids []int64) error {
	e = e.Super().Without(deferVariants)
	for _, id := range ids {
		if err := makeVariantsOf(e, e.Model(template).Fetch(id)); err != nil {
			return err
		}
	}
	return nil
}

func makeVariantsOf(e *orm.Env, r *orm.Row) error {
	wanted, dynamic := combinations(e, r.ID)
	if len(wanted) > most {
		return orm.UserErrorf("The number of variants to generate is too high. You should either not generate " +
			"variants for each combination or generate them on demand from the sales order. To do so, open the " +
			"form view of attributes and change the mode of *Create Variants*.")
	}
	if err := joinSingles(e, r.ID); err != nil {
		return err
	}
	existing := e.Siblings(variant, "product_tmpl_id", r.ID)
	slices.SortFunc(existing, func(a, b *orm.Row) int { // active ones and then older ones have precedence
		return cmp.Or(boolCompare(a.Active(), b.Active()), cmp.Compare(b.ID, a.ID))
	})
	byName := map[string]*orm.Row{}
	for _, v := range existing {
		byName[combination(v.IDs("product_template_attribute_value_ids"))] = v
	}
	keep, add := []int64{}, []orm.Values{}
	for _, values := range wanted {
		if v := byName[combination(values)]; v != nil {
			keep = append(keep, v.ID)
		} else if !dynamic {
			add = append(add, orm.Values{
				"product_tmpl_id": r.ID, "active": r.Active(), "product_template_attribute_value_ids": values,
			})
		}
	}
	if len(keep) > 0 {
		if err := e.Write(e.Model(variant), keep, orm.Values{"active": true}); err != nil {
			return err
		}
	}
	if len(add) > 0 {
		if _, err := e.Create(e.Model(variant), add); err != nil {
			return err
		}
	}
	return dropVariants(e, existing, keep)
}

// joinSingles gives the variants that there are the values of attributes that have one value only, where that makes
// a whole combination: such an attribute makes no new product.
func joinSingles(e *orm.Env, id int64) error {
	var singles []int64
	lines := 0
	for _, line := range e.Siblings("product.template.attribute.line", "product_tmpl_id", id) {
		mode := e.Model("product.attribute").Fetch(line.Ref("attribute_id")).Text("create_variant")
		if mode == "no_variant" || len(line.IDs("value_ids")) == 0 {
			continue
		}
		lines++
		if values := e.Siblings("product.template.attribute.value", "attribute_line_id", line.ID); len(values) == 1 {
			singles = append(singles, values[0].ID)
		}
	}
	if len(singles) == 0 {
		return nil
	}
	for _, v := range e.Siblings(variant, "product_tmpl_id", id) {
		held := v.IDs("product_template_attribute_value_ids")
		joined := slices.Compact(slices.Sorted(slices.Values(slices.Concat(held, singles))))
		if len(joined) != lines || len(joined) == len(held) {
			continue
		}
		if err := e.Write(e.Model(variant), []int64{v.ID}, orm.Values{"product_template_attribute_value_ids": joined}); err != nil {
			return err
		}
	}
	return nil
}

// dropVariants deletes the variants that are not kept, or archives those that stock moved of.
func dropVariants(e *orm.Env, existing []*orm.Row, keep []int64) error {
	for _, v := range existing {
		if slices.Contains(keep, v.ID) {
			continue
		}
		if neverMoved(e, []int64{v.ID}) == nil {
			if err := e.UnlinkRows(e.Model(variant), []int64{v.ID}); err != nil {
				return err
			}
		} else if v.Active() {
			if err := e.Write(e.Model(variant), []int64{v.ID}, orm.Values{"active": false}); err != nil {
				return err
			}
		}
	}
	return nil
}

// combinations returns the template values of each variant that a template should have, and whether
// variants are made only when they are sold.
func combinations(e *orm.Env, id int64) (wanted [][]int64, dynamic bool) {
	wanted = [][]int64{nil}
	for _, line := range e.Siblings("product.template.attribute.line", "product_tmpl_id", id) {
		mode := e.Model("product.attribute").Fetch(line.Ref("attribute_id")).Text("create_variant")
		if mode == "no_variant" || len(line.IDs("value_ids")) == 0 {
			continue
		}
		dynamic = dynamic || mode == "dynamic"
		var more [][]int64
		for _, have := range wanted {
			for _, v := range e.Siblings("product.template.attribute.value", "attribute_line_id", line.ID) {
				more = append(more, append(slices.Clone(have), v.ID))
			}
		}
		wanted = more
	}
	return wanted, dynamic
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

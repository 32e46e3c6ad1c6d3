package models

import "github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"

const tax = "account.tax"

// taxes are those of the companies. Nothing is computed with them: a price stays what it is.
func taxes() *orm.Model {
	kind := orm.Column("amount_type", "Tax Computation", orm.Selection).Must().Or("percent")
	kind.Options = [][2]string{{"group", "Group of Taxes"}, {"fixed", "Fixed"}, {"percent", "Percentage"}, {"division", "Percentage Tax Included"}}
	use := orm.Column("type_tax_use", "Tax Type", orm.Selection).Must().Or("sale")
	use.Options = [][2]string{{"sale", "Sales"}, {"purchase", "Purchases"}, {"none", "None"}}
	company := orm.Reference("company_id", "Company", "res.company").Must()
	company.Default = func(e *orm.Env) any { return e.Companies()[0] }
	return &orm.Model{Name: tax, Label: "Tax", Order: "id", Fields: []*orm.Field{
		orm.Column("name", "Tax Name", orm.Char).Must(), kind, use, company,
		orm.Column("amount", "Amount", orm.Float).Must(),
		orm.Column("price_include", "Included in Price", orm.Boolean),
		orm.Column("include_base_amount", "Affect Base of Subsequent Taxes", orm.Boolean),
		orm.Column("active", "Active", orm.Boolean).Or(true),
	}}
}

// taxesOfProduct are the sales taxes of a template, at first the usual one of the company.
func taxesOfProduct() *orm.Field {
	f := orm.Column("taxes_id", "Sales Taxes", orm.Many2many).To(tax)
	f.Default = func(e *orm.Env) any {
		usual := []any{}
		if r := e.Model("res.company").Fetch(e.Companies()[0]); r != nil {
			if id := r.Ref("account_sale_tax_id"); id != 0 {
				usual = append(usual, id)
			}
		}
		return []any{[]any{int64(6), int64(0), usual}}
	}
	return f
}

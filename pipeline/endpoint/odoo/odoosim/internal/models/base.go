package models

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

func users(d orm.Dialect) *orm.Model {
	return &orm.Model{
		Name: "res.users", Label: "User", Order: "name, login",
		Fields: []*orm.Field{
			orm.Column("name", "Name", orm.Char).Must(), orm.Column("login", "Login", orm.Char).Must().Index(),
			orm.Column("lang", "Language", orm.Char), orm.Column("tz", "Timezone", orm.Char),
			orm.Reference("company_id", "Company", "res.company"),
			orm.Column("company_ids", "Companies", orm.Many2many).To("res.company"),
			orm.Column("active", "Active", orm.Boolean).Or(true),
		},
		Methods: map[string]orm.Method{
			"context_get": {Run: contextGet},
			// Up to 17 has_group is a method of the model, later of the user's record.
			"has_group": {Params: []string{"group_ext_id"}, OnRecords: d.GroupsOfRecord, Run: hasGroup},
		},
	}
}

// contextGet tells who is calling and in which language that user works.
func contextGet(c *orm.Call) (any, error) {
	r := c.Self.Fetch(c.User.ID)
	text := func(name string) any {
		if s := r.Text(name); s != "" {
			return s
		}
		return false
	}
	return xmlrpc.Struct{{Name: "lang", Value: text("lang")}, {Name: "tz", Value: text("tz")}, {Name: "uid", Value: c.User.ID}}, nil
}

func hasGroup(c *orm.Call) (any, error) {
	groups := map[orm.Role][]string{
		orm.Administrator: {"base.group_system", "base.group_erp_manager"},
		orm.Portal:        {"base.group_portal"},
	}[c.User.Role]
	if c.User.Role != orm.Portal {
		groups = append(groups, "base.group_user")
	}
	if c.User.Role == orm.Administrator || c.User.Role == orm.Manager {
		groups = append(groups, "stock.group_stock_user", "stock.group_stock_manager", "product.group_product_manager")
	}
	return slices.Contains(groups, c.String("group_ext_id")), nil
}

// apiKey is the model of API keys. Every user may read his own, without the keys themselves.
const apiKey = "res.users.apikeys"

func keys(d orm.Dialect) *orm.Model {
	m := &orm.Model{Name: apiKey, Label: "Users API Keys", Order: "id", Fields: []*orm.Field{
		orm.Column("name", "Description", orm.Char).Must(), orm.Reference("user_id", "User", "res.users").Must(),
	}}
	if d.KeysExpire {
		m.Fields = append(m.Fields, orm.Column("expiration_date", "Expiration Date", orm.Datetime))
	}
	return m
}

func languages() *orm.Model {
	return &orm.Model{
		Name: "res.lang", Label: "Languages", Order: "active desc, name",
		Fields: []*orm.Field{
			orm.Column("name", "Name", orm.Char).Must(), orm.Column("code", "Locale Code", orm.Char).Must().Index(),
			orm.Column("iso_code", "ISO code", orm.Char), orm.Column("active", "Active", orm.Boolean),
		},
		Methods: map[string]orm.Method{"get_installed": {Run: func(c *orm.Call) (any, error) {
			installed := []any{}
			for r := range c.Self.Rows().All() {
				if r.Active() {
					installed = append(installed, []any{r.Text("code"), r.Text("name")})
				}
			}
			return installed, nil
		}}},
	}
}

func companies() *orm.Model {
	return &orm.Model{Name: "res.company", Label: "Companies", Order: "id", Fields: []*orm.Field{
		orm.Column("name", "Company Name", orm.Char).Must(), orm.Column("active", "Active", orm.Boolean).Or(true),
		orm.Reference("account_sale_tax_id", "Default Sale Tax", tax),
	}}
}

func units() *orm.Model {
	return &orm.Model{Name: "uom.uom", Label: "Product Unit of Measure", Order: "id", Fields: []*orm.Field{
		orm.Column("name", "Unit of Measure", orm.Char).Must(), orm.Column("active", "Active", orm.Boolean).Or(true),
	}}
}

func parameters() *orm.Model {
	return &orm.Model{
		Name: parameter, Label: "System Parameter", Order: "key", NameFrom: "key",
		Fields: []*orm.Field{orm.Column("key", "Key", orm.Char).Must().Index(), orm.Column("value", "Value", orm.Text).Must()},
		Methods: map[string]orm.Method{"get_param": {Params: []string{"key", "default?"}, Run: func(c *orm.Call) (any, error) {
			ids, err := c.Search(c.Self, []any{[]any{"key", "=", c.String("key")}}, "id", 0, 1)
			if err != nil {
				return nil, err
			}
			if len(ids) > 0 {
				return c.Self.Fetch(ids[0]).Text("value"), nil
			}
			if v := c.Arg("default"); v != nil {
				return v, nil
			}
			return false, nil
		}}},
	}
}

// modelData are the external ids.
func modelData() *orm.Model {
	return &orm.Model{Name: data, Label: "Model Data", Order: "module, model, name", Fields: []*orm.Field{
		orm.Column("module", "Module", orm.Char).Must(), orm.Column("name", "External Identifier", orm.Char).Must(),
		orm.Column("complete_name", "Complete ID", orm.Char).Index(), orm.Column("model", "Model Name", orm.Char).Must(),
		orm.Column("res_id", "Record ID", orm.Integer).Index(), orm.Column("noupdate", "Non Updatable", orm.Boolean),
	}}
}

func modelNames() *orm.Model {
	return &orm.Model{Name: "ir.model", Label: "Models", Order: "model", Fields: []*orm.Field{
		orm.Column("name", "Model Description", orm.Char).Must(), orm.Column("model", "Model", orm.Char).Must().Index(),
	}}
}

func modelFields() *orm.Model {
	return &orm.Model{Name: "ir.model.fields", Label: "Fields", Order: "name", Fields: []*orm.Field{
		orm.Column("name", "Field Name", orm.Char).Must(), orm.Column("model", "Model Name", orm.Char).Must().Index(),
		orm.Column("field_description", "Field Label", orm.Char), orm.Column("ttype", "Field Type", orm.Char).Must(),
		orm.Column("relation", "Related Model", orm.Char), orm.Column("state", "Type", orm.Char).Must(),
		orm.Column("store", "Stored", orm.Boolean), orm.Column("readonly", "Readonly", orm.Boolean),
		orm.Column("required", "Required", orm.Boolean),
	}}
}

// attachments are the files of records. Those behind a field are found only by a domain that names
// res_field.
func attachments() *orm.Model {
	return &orm.Model{
		Name: document, Label: "Attachment", Order: "id desc",
		Fields: []*orm.Field{
			orm.Column("name", "Name", orm.Char).Must(), orm.Column("res_model", "Resource Model", orm.Char),
			orm.Column("res_field", "Resource Field", orm.Char), orm.Column("res_id", "Resource ID", orm.Integer).Index(),
			orm.Column("checksum", "Checksum/SHA1", orm.Char), orm.Column("file_size", "File Size", orm.Integer),
			orm.Column("mimetype", "Mime Type", orm.Char),
		},
		Narrow: func(_ *orm.Env, domain []any) []any {
			for _, term := range domain {
				if leaf, ok := term.([]any); ok && len(leaf) == 3 && (leaf[0] == "res_field" || leaf[0] == "id") {
					return domain
				}
			}
			return append([]any{[]any{"res_field", "=", false}}, domain...)
		},
	}
}

// attach keeps the attachment of an image field.
func attach(e *orm.Env, model, field string, ids []int64, v any) error {
	m := e.Model(document)
	b, _ := v.(*orm.Blob)
	for _, id := range ids {
		for _, r := range e.Siblings(document, "res_id", id) {
			if r.Text("res_model") == model && r.Text("res_field") == field {
				if err := e.UnlinkRows(m, []int64{r.ID}); err != nil {
					return err
				}
			}
		}
		if b == nil {
			continue
		}
		_, err := e.Super().CreateRows(m, []orm.Values{{
			"name": field, "res_model": model, "res_field": field, "res_id": id,
			"checksum": b.Checksum, "file_size": int64(b.Size), "mimetype": b.MIME,
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

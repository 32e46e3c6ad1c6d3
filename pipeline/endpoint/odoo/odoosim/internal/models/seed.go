package models

import (
	"fmt"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// Seed is what a fresh database is made from.
type Seed struct {
	Accounts  []*orm.Account
	Names     map[int64]string // of the accounts
	Companies []string         // at least one
	Languages []string         // installed ones, by code
	UUID      string
}

// languageNames are the languages that a database knows, installed or not.
func languageNames() [][2]string {
	return [][2]string{
		{"en_US", "English (US)"},
		{"fr_FR", "French / Français"},
		{"de_DE", "German / Deutsch"},
		{"es_ES", "Spanish / Español"},
		{"it_IT", "Italian / Italiano"},
		{"nl_NL", "Dutch / Nederlands"},
	}
}

// Plant makes the records of a fresh database.
func Plant(db *orm.Database, s Seed) error {
	super := &orm.Account{ID: 1, Login: "__system__", Role: orm.Administrator, Companies: []int64{1}}
	return db.Update(super, nil, db.Now(), func(e *orm.Env) error {
		for _, plant := range []func(*orm.Env, Seed) error{
			plantLanguages, plantCompanies, plantUsers, plantCategories, plantParameters, plantModels,
		} {
			if err := plant(e.Super(), s); err != nil {
				return err
			}
		}
		return nil
	})
}

func plantLanguages(e *orm.Env, s Seed) error {
	installed := map[string]bool{"en_US": true}
	for _, code := range s.Languages {
		installed[code] = true
	}
	for _, l := range languageNames() {
		values := orm.Values{"code": l[0], "name": l[1], "iso_code": l[0][:2], "active": installed[l[0]]}
		if err := add(e, "res.lang", 0, values); err != nil {
			return err
		}
		delete(installed, l[0])
	}
	for code := range installed {
		if err := add(e, "res.lang", 0, orm.Values{"code": code, "name": code, "active": true}); err != nil {
			return err
		}
	}
	return add(e, "uom.uom", 0, orm.Values{"name": "Units"})
}

// plantCompanies makes the companies, each with a warehouse. The first one's has the ids that a real
// database with demo data has: warehouse 1, its stock at location 8.
func plantCompanies(e *orm.Env, s Seed) error {
	for _, l := range []struct {
		id          int64
		name, usage string
	}{{4, "Partners/Vendors", "supplier"}, {5, "Partners/Customers", "customer"}, {14, "Virtual Locations/Inventory adjustment", "inventory"}} {
		if err := add(e, location, l.id, orm.Values{"name": l.name, "complete_name": l.name, "usage": l.usage}); err != nil {
			return err
		}
	}
	for i, name := range s.Companies {
		if err := add(e, "res.company", 0, orm.Values{"name": name}); err != nil {
			return err
		}
		company, code, first := int64(i+1), "WH", int64(7)
		if i > 0 {
			code, first = fmt.Sprintf("WH%d", company), e.Model(location).Rows().Next()
		}
		for _, l := range []struct {
			id     int64
			values orm.Values
		}{
			{first, orm.Values{"name": code, "complete_name": code, "usage": "view", "company_id": company}},
			{first + 1, orm.Values{"name": "Stock", "complete_name": code + "/Stock", "usage": "internal", "location_id": first, "company_id": company}},
		} {
			if err := add(e, location, l.id, l.values); err != nil {
				return err
			}
		}
		if err := add(e, warehouse, 0, orm.Values{"name": name, "code": code, "company_id": company, "lot_stock_id": first + 1, "view_location_id": first}); err != nil {
			return err
		}
	}
	return nil
}

func plantUsers(e *orm.Env, s Seed) error {
	for _, a := range s.Accounts {
		companies := make([]any, len(a.Companies))
		for i, id := range a.Companies {
			companies[i] = id
		}
		err := add(e, "res.users", a.ID, orm.Values{
			"name": s.Names[a.ID], "login": a.Login, "lang": a.Language, "tz": a.TimeZone,
			"company_id": a.Companies[0], "company_ids": companies,
		})
		if err != nil {
			return err
		}
		for i := range a.Keys {
			key := orm.Values{"name": fmt.Sprintf("key %d", i+1), "user_id": a.ID}
			if e.Dialect().KeysExpire && a.KeysEnd != "" {
				key["expiration_date"] = a.KeysEnd
			}
			if err := add(e, apiKey, 0, key); err != nil {
				return err
			}
		}
	}
	return nil
}

func plantCategories(e *orm.Env, _ Seed) error {
	type planted struct {
		name, xmlid string
		parent      any
	}
	list := []planted{
		{"All", "product_category_all", false}, {"Saleable", "product_category_1", root}, {"Expenses", "cat_expense", root},
	}
	if e.Dialect().CategoryOptional {
		list = []planted{
			{"Goods", "product_category_goods", false}, {"Expenses", "product_category_expenses", false}, {"Services", "product_category_services", false},
		}
	}
	for i, c := range list {
		if err := add(e, category, 0, orm.Values{"name": c.name, "parent_id": c.parent}); err != nil {
			return err
		}
		if err := e.Name(e.Model(category), int64(i+1), "product."+c.xmlid); err != nil {
			return err
		}
	}
	return nil
}

func plantParameters(e *orm.Env, s Seed) error {
	return add(e, parameter, 0, orm.Values{"key": "database.uuid", "value": s.UUID})
}

func plantModels(e *orm.Env, _ Seed) error {
	for _, name := range e.DB.Models() {
		m := e.Model(name)
		if err := add(e, "ir.model", 0, orm.Values{"name": m.Label, "model": m.Name}); err != nil {
			return err
		}
		for _, f := range m.Fields {
			state := "base"
			if f.Manual {
				state = "manual"
			}
			err := add(e, "ir.model.fields", 0, orm.Values{
				"name": f.Name, "model": m.Name, "field_description": f.Label, "ttype": string(f.Type), "state": state,
				"relation": f.Relation, "store": f.Stored, "readonly": f.Readonly, "required": f.Required,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// add makes a record, with that id unless it is 0.
func add(e *orm.Env, model string, id int64, values orm.Values) error {
	if id != 0 {
		e.Give(model, id)
	}
	_, err := e.Create(e.Model(model), []orm.Values{values})
	return err
}

package models

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

func categories(d orm.Dialect) *orm.Model {
	complete := orm.Column("complete_name", "Complete Name", orm.Char).Index()
	complete.Readonly = true
	return &orm.Model{
		Name: category, Label: "Product Category", Order: "complete_name", NameFrom: "complete_name", Parent: "parent_id",
		Fields: []*orm.Field{
			orm.Column("name", "Name", orm.Char).Must(), complete,
			orm.Reference("parent_id", "Parent Category", category).Index(),
			orm.Children("child_id", "Child Categories", category, "parent_id"),
		},
		Create: func(e *orm.Env, list []orm.Values) ([]int64, error) {
			ids, err := e.CreateRows(e.Model(category), list)
			for _, id := range ids {
				nameCategory(e, e.Model(category).Fetch(id))
			}
			return ids, err
		},
		Write: writeCategories,
		Unlink: func(e *orm.Env, ids []int64) error {
			if d.CategoryOptional {
				return emptyCategories(e, ids)
			}
			return unlinkCategories(e, ids)
		},
	}
}

// nameCategory composes a category's complete name. Its parts may hold the separator themselves.
func nameCategory(e *orm.Env, r *orm.Row) {
	name := r.Text("name")
	if parent := e.Model(category).Fetch(r.Ref("parent_id")); parent != nil {
		name = parent.Text("complete_name") + " / " + name
	}
	e.Store(r, "complete_name", name)
}

// writeCategories renames what lies below a category too, which moves the dates of those categories
// but of no product.
func writeCategories(e *orm.Env, ids []int64, values orm.Values) error {
	if err := e.WriteRows(e.Model(category), ids, values); err != nil {
		return err
	}
	_, named := values["name"]
	_, moved := values["parent_id"]
	if !named && !moved {
		return nil
	}
	for _, id := range ids {
		if slices.Contains(ancestors(e, id), id) {
			return orm.UserErrorf("Recursion Detected.")
		}
	}
	for _, id := range ids {
		renameBelow(e, id)
	}
	return nil
}

// ancestors returns the parents of a category up to the root, or up to the first that comes twice.
func ancestors(e *orm.Env, id int64) []int64 {
	var above []int64
	for {
		id = e.Model(category).Fetch(id).Ref("parent_id")
		if id == 0 || slices.Contains(above, id) {
			return above
		}
		above = append(above, id)
	}
}

func renameBelow(e *orm.Env, id int64) {
	nameCategory(e, e.Model(category).Fetch(id))
	for _, child := range e.Siblings(category, "parent_id", id) {
		e.Touch(child)
		renameBelow(e, child.ID)
	}
}

// below returns the categories and all that lie under them.
func below(e *orm.Env, ids []int64) []int64 {
	all := slices.Clone(ids)
	for i := 0; i < len(all); i++ {
		for _, child := range e.Model(category).Rows().Having("parent_id", all[i]) {
			if !slices.Contains(all, child) {
				all = append(all, child)
			}
		}
	}
	return all
}

// unlinkCategories deletes categories with those below them, unless a product is in one.
func unlinkCategories(e *orm.Env, ids []int64) error {
	for _, id := range ids {
		switch e.ExternalID(e.Model(category), id) {
		case "product.product_category_all":
			return orm.UserErrorf("You cannot delete this product category, it is the default generic category.")
		case "product.cat_expense":
			return orm.UserErrorf("You cannot delete the %s product category.", e.Model(category).Fetch(id).Text("name"))
		}
	}
	all := below(e, ids)
	for r := range e.Model(template).Rows().All() {
		if slices.Contains(all, r.Ref("categ_id")) {
			return e.ForeignKey(orm.Link{Label: "Product", Model: template, Field: "categ_id", FieldLabel: "Product Category"})
		}
	}
	return e.UnlinkRows(e.Model(category), all)
}

// emptyCategories deletes categories with those below them, and takes them from their products without
// moving a date.
func emptyCategories(e *orm.Env, ids []int64) error {
	all := below(e, ids)
	for r := range e.Model(template).Rows().All() {
		if slices.Contains(all, r.Ref("categ_id")) {
			e.Store(r, "categ_id", nil)
		}
	}
	return e.UnlinkRows(e.Model(category), all)
}

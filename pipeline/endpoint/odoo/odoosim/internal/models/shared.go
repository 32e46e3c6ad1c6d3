package models

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// sharedNames are the fields that belong to the variant and that a template shows while it has one.
func sharedNames() []string {
	return []string{"barcode", "default_code", "standard_price", "volume", "weight"}
}

// keptNames are those of them that the template keeps a copy of in a column of its own.
func keptNames() []string { return []string{"default_code", "volume", "weight"} }

// sharedFields returns the template's side of the shared fields, by name.
func sharedFields(d orm.Dialect) map[string]*orm.Field {
	fields := map[string]*orm.Field{}
	for _, f := range variantColumns(d) {
		own := &orm.Field{Name: f.Name, Label: f.Label, Type: f.Type, Digits: f.Digits, Groups: f.Groups}
		own.Set = func(e *orm.Env, ids []int64, v any) error { return setShared(e, ids, own.Name, v) }
		if slices.Contains(keptNames(), f.Name) {
			own.Stored = true
			own.Indexed = f.Name == "default_code"
		} else {
			own.Compute = func(e *orm.Env, r *orm.Row) any { return sharedValue(e, r, own.Name) }
			own.Search = searchShared(own.Name)
		}
		fields[f.Name] = own
	}
	return fields
}

// searchShared rewrites a condition on a template as one on its variants. Barcodes of archived variants
// are found always, the rest as the context says.
func searchShared(name string) func(*orm.Env, string, any) []any {
	return func(e *orm.Env, operator string, value any) []any {
		domain := []any{[]any{"product_variant_ids." + name, operator, value}}
		if name != "barcode" {
			return domain
		}
		ids, err := e.Super().With("active_test", false).Search(e.Model(template), domain, "id", 0, 0)
		if err != nil {
			return []any{[]any{int64(0), "=", int64(1)}}
		}
		return []any{[]any{"id", "in", ids}}
	}
}

// onlyVariant returns the variant that a template shares a field with, nil if there are none or
// several. of are the templates that are written together: Odoo looks for an archived variant among
// those of all of them.
func onlyVariant(e *orm.Env, id int64, field string, of []int64) *orm.Row {
	seen := e.Siblings(variant, "product_tmpl_id", id)
	if e.ActiveTest() {
		seen = slices.DeleteFunc(seen, func(r *orm.Row) bool { return !r.Active() })
	}
	if len(seen) == 1 {
		return seen[0]
	}
	if len(seen) > 1 || !e.Dialect().ReachesArchived && field != "barcode" {
		return nil
	}
	var archived []*orm.Row
	for _, other := range of {
		archived = append(archived, e.Siblings(variant, "product_tmpl_id", other)...)
	}
	if len(archived) == 1 {
		return archived[0]
	}
	return nil
}

func sharedValue(e *orm.Env, r *orm.Row, name string) any {
	v := onlyVariant(e, r.ID, name, []int64{r.ID})
	if v == nil {
		return nil
	}
	return e.Of(v, name)
}

// setShared passes a value written to templates on to their variants. Where there is not exactly one,
// it is lost without a word.
func setShared(e *orm.Env, ids []int64, name string, v any) error {
	if name == "barcode" && len(ids) > 1 && !e.Dialect().ReachesArchived {
		return nil // up to 17 the barcode of several templates written together is lost
	}
	if v == nil {
		v = false
	}
	for _, id := range ids {
		if r := onlyVariant(e, id, name, ids); r != nil {
			if err := e.Super().Write(e.Model(variant), []int64{r.ID}, orm.Values{name: v}); err != nil {
				return err
			}
		}
	}
	return nil
}

// refreshKept brings the templates' own copies up to date after their variants were written, which
// moves the templates' dates.
func refreshKept(e *orm.Env, variants []int64, names []string) {
	for _, id := range templatesOf(e, variants) {
		r := e.Model(template).Fetch(id)
		for _, name := range names {
			v := sharedValue(e, r, name)
			if v == nil && name != "default_code" {
				v = 0.0
			}
			r = e.Store(r, name, v)
		}
		e.Touch(r)
	}
}

func templatesOf(e *orm.Env, variants []int64) []int64 {
	var ids []int64
	for _, id := range variants {
		if owner := e.Model(variant).Fetch(id).Ref("product_tmpl_id"); !slices.Contains(ids, owner) {
			ids = append(ids, owner)
		}
	}
	return ids
}

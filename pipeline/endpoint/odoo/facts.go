package odoo

import (
	"slices"
	"strconv"

	"github.com/tandem-sync/tandem/pipeline"
)

// watch is what a poll looks at, in the words of docs/fields.md.
type watch string

// What a poll can look at.
const (
	watchVariants   watch = "date of the variant, which moves with the template's"
	watchTemplates  watch = "dates of template and variant, since either may move alone"
	watchStock      watch = "dates of quants and of done stock moves"
	watchCategories watch = "dates of the categories"
)

// watches returns what tells of changes of a field.
func (d dialect) watches(field string) []watch {
	product := watchTemplates
	if d.variantDateTells {
		product = watchVariants
	}
	switch field {
	case stockField:
		return []watch{watchStock} // no date of the product moves
	case categoryField:
		return []watch{product, watchCategories} // a renamed category moves no date of its products
	}
	return []watch{product}
}

// watched is all that a poll for fields looks at. The dates of products are always among it, as new products are
// seen by them.
func (d dialect) watched(fields []string) map[watch]bool {
	all := map[watch]bool{}
	for _, field := range append(slices.Clone(fields), nameField) {
		for _, w := range d.watches(field) {
			all[w] = true
		}
	}
	return all
}

const nameField = "name"

// unwatched says which changes of a field move none of the dates that are watched.
func (d dialect) unwatched(field string) string {
	switch {
	case field == stockField:
		return "quants edited directly, without a stock move, that Odoo then deleted as empty"
	case field == categoryField && d.root == "":
		return "a category that was deleted while products were in it"
	}
	return ""
}

// facts implements pipeline.SourceKind.Facts, with a warehouse configured.
func facts() []pipeline.FieldFact {
	var all []pipeline.FieldFact
	settings := defaults()
	settings.Stock = &Stock{}
	e := &Endpoint{settings: *settings}
	for _, d := range dialects() {
		for _, standard := range pipeline.StandardFields() {
			name := Kind().Standard[standard]
			f := known().Fields[name]
			if told, ok := e.field(d, name, attributesOf(f)); ok {
				f = told
			}
			fact := pipeline.FieldFact{
				Variant: strconv.Itoa(d.major), Measured: d.measured, Standard: standard, Field: f, FullPass: d.unwatched(name),
			}
			for i, w := range d.watches(name) {
				if i > 0 {
					fact.Noticed += "; "
				}
				fact.Noticed += string(w)
			}
			all = append(all, fact)
		}
	}
	return all
}

// attributesOf words a field as Odoo's fields_get does.
func attributesOf(f pipeline.Field) row {
	kinds := map[pipeline.FieldType]string{
		pipeline.TypeText: "char", pipeline.TypeNumber: "float", pipeline.TypeBool: "boolean", pipeline.TypePath: "many2one", pipeline.TypeImage: "image",
	}
	r := row{"type": kinds[f.Type], "string": f.Label}
	if f.Type == pipeline.TypeNumber {
		r["digits"] = []any{int64(16), int64(f.Digits)}
	}
	return r
}

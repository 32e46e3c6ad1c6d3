package starter

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/tandem-sync/tandem/pipeline"
)

// fields are the fields beyond the standard ones.
type fields struct {
	// Mapped are fields of both systems that are called alike and hold the same.
	Mapped []mapped
	// Proposed are those of Odoo that the other side does not have so; of Unfit the types differ.
	Proposed []pipeline.Field
	Unfit    []mapped
	// Further are the names of those that Products Manager holds besides.
	Further []string
}

// mapped is a field of both systems.
type mapped struct {
	PM, Odoo pipeline.Field
}

// Direction is "to_pm" for a field that Odoo computes, "" for both ways.
func (m mapped) Direction() string {
	if m.Odoo.ReadOnly {
		return "to_" + PM
	}
	return ""
}

// Example returns a value that both fields can hold, as HCL writes it; "" for types of which there is none to make up.
func (m mapped) Example() string {
	if m.PM.Type == m.Odoo.Type && m.Direction() == "" {
		switch m.PM.Type {
		case pipeline.TypeText:
			return `"abc"`
		case pipeline.TypeNumber:
			return "7"
		case pipeline.TypeBool:
			return "true"
		}
	}
	return ""
}

// fieldsOf pairs the fields of Odoo with those of Products Manager by their names.
func fieldsOf(odoo, pm []pipeline.Field) fields {
	var out fields
	taken := map[string]bool{}
	for _, o := range odoo {
		p, found := counterpart(o, pm, taken)
		switch {
		case !found:
			out.Proposed = append(out.Proposed, o)
			continue
		case !fit(p, o):
			out.Unfit = append(out.Unfit, mapped{p, o})
		default:
			out.Mapped = append(out.Mapped, mapped{p, o})
		}
		taken[p.Name] = true
	}
	for _, p := range pm {
		if !taken[p.Name] {
			out.Further = append(out.Further, p.Name)
		}
	}
	return out
}

// counterpart returns the field of Products Manager that is called as one of Odoo; one that fits, if there are several.
func counterpart(o pipeline.Field, pm []pipeline.Field, taken map[string]bool) (best pipeline.Field, found bool) {
	for _, p := range pm {
		if taken[p.Name] || alike(strings.TrimPrefix(p.Name, "attributes.")) != stem(o.Name) {
			continue
		}
		if !found || fit(p, o) && !fit(best, o) {
			best, found = p, true
		}
	}
	return best, found
}

// stem is what somebody called a field of Odoo, without what Odoo puts in front.
func stem(name string) string {
	return alike(strings.TrimPrefix(strings.TrimPrefix(name, "x_"), "studio_"))
}

// fit tells whether each of the fields can hold whatever the other one does, as far as it is written.
func fit(p, o pipeline.Field) bool {
	if o.ReadOnly {
		return o.Type.FitsInto(p.Type)
	}
	return p.Type == o.Type // a choice or a date of Odoo takes only some texts
}

// alike reduces a name to its letters and digits, without accents and case: what people take for the same name.
func alike(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

package functions

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"golang.org/x/text/unicode/norm"

	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/config/internal/exact"
)

func units() []Entry {
	return []Entry{{
		Name: "convert_unit", Usage: "convert_unit(number, from, to)", Group: Units, Func: convertUnit(),
		Does:   "The number in another unit of " + strings.Join(measures(), "; ") + ". Capitals make no difference, and `m³` is `m3`. `gal`, `fl oz` and the like are those of the United States.",
		Errors: "Both units must be known and of one kind.",
		Examples: []Example{
			{`convert_unit(1250, "g", "kg")`, `1.25`},
			{`convert_unit(2.5, "lb", "kg")`, `1.133980925`},
			{`round(convert_unit(30, "cm", "in"), 1)`, `11.8`},
		},
	}}
}

type unit struct{ name, size string }

// measure is a kind of quantity; the size of a unit is in the first one's terms, exactly (the international yard and
// pound agreement of 1959 for the customary ones).
type measure struct {
	name  string
	units []unit
}

func allMeasures() []measure {
	return []measure{
		{"weight", []unit{{"kg", "1"}, {"g", "0.001"}, {"mg", "0.000001"}, {"t", "1000"}, {"lb", "0.45359237"}, {"oz", "0.028349523125"}}},
		{"length", []unit{{"m", "1"}, {"mm", "0.001"}, {"cm", "0.01"}, {"dm", "0.1"}, {"km", "1000"}, {"in", "0.0254"}, {"ft", "0.3048"}, {"yd", "0.9144"}}},
		{"area", []unit{{"m2", "1"}, {"cm2", "0.0001"}, {"mm2", "0.000001"}, {"in2", "0.00064516"}, {"ft2", "0.09290304"}}},
		{"volume", []unit{
			{"l", "1"},
			{"ml", "0.001"},
			{"cl", "0.01"},
			{"dl", "0.1"},
			{"m3", "1000"},
			{"dm3", "1"},
			{"cm3", "0.001"},
			{"in3", "0.016387064"},
			{"ft3", "28.316846592"},
			{"fl oz", "0.0295735295625"},
			{"qt", "0.946352946"},
			{"gal", "3.785411784"},
		}},
	}
}

// measures tells all units for the documentation.
func measures() []string {
	var all []string
	for _, m := range allMeasures() {
		all = append(all, fmt.Sprintf("%s (`%s`)", m.name, strings.Join(m.names(), "`, `")))
	}
	return all
}

func (m measure) names() []string {
	var all []string
	for _, u := range m.units {
		all = append(all, u.name)
	}
	return all
}

func convertUnit() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{number("number"), {Name: "from", Type: cty.String}, {Name: "to", Type: cty.String}},
		Type: typed(cty.Number, 3, "to", func(args []cty.Value) error {
			_, _, err := unitsOf(args)
			return err
		}),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			d, err := exact.Decimal(args[0].AsBigFloat())
			if err != nil {
				return cty.NilVal, err
			}
			from, to, err := unitsOf(args)
			if err != nil {
				return cty.NilVal, err
			}
			return exact.Settled(exact.Number(d.Mul(from)).Divide(exact.Number(to)))
		},
	})
}

// unitsOf returns the sizes of both units, and looks at what is known of them.
func unitsOf(args []cty.Value) (from, to decimal.Decimal, err error) {
	var of, into measure
	if given(args, 1) {
		if of, from, err = findUnit(args, 1); err != nil {
			return from, to, err
		}
	}
	if given(args, 2) {
		if into, to, err = findUnit(args, 2); err != nil {
			return from, to, err
		}
	}
	if of.name != "" && into.name != "" && of.name != into.name {
		return from, to, function.NewArgErrorf(2, "%q is a unit of %s, and %q one of %s; write one of %s",
			args[2].AsString(), into.name, args[1].AsString(), of.name, strings.Join(of.names(), ", "))
	}
	return from, to, nil
}

func findUnit(args []cty.Value, i int) (measure, decimal.Decimal, error) {
	name := strings.ToLower(strings.TrimSpace(norm.NFKC.String(args[i].AsString()))) // m³ is m3
	var names []string
	for _, m := range allMeasures() {
		for _, u := range m.units {
			if u.name == name {
				return m, decimal.RequireFromString(u.size), nil
			}
		}
		names = append(names, m.names()...)
	}
	hint := diag.DidYouMean(name, names)
	if hint == "" {
		hint = " Known are " + strings.Join(names, ", ")
	}
	return measure{}, decimal.Decimal{}, function.NewArgErrorf(i, "there is no unit %q.%s", args[i].AsString(), hint)
}

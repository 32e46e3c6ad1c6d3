package functions

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/tandem-sync/tandem/config/internal/exact"
)

// format is stdlib's, but %.2f rounds as round does: half away from zero by the decimal digits, where Go goes by
// the binary fraction and makes "1.00" of 1.005.
func format() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "format", Type: cty.String}},
		VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			return stdlib.FormatFunc.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for _, i := range roundedValues(args[0].AsString()) {
				if i < len(args) {
					args[i] = pastTheTie(args[i])
				}
			}
			return stdlib.FormatFunc.Call(args)
		},
	})
}

// A verb of stdlib's format, with its number of the argument and its letter.
const verb = `%[-+ #0]*[0-9]*(?:\.[0-9]*)?(?:\[([0-9]+)\])?([a-zA-Z%])`

// roundedValues returns which arguments, from 1, are written by verbs that round and by no other.
func roundedValues(format string) []int {
	rounding, other := map[int]bool{}, map[int]bool{}
	next := 1
	for _, m := range regexp.MustCompile(verb).FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil {
			next = n
		}
		if strings.Contains("feEgG", m[2]) {
			rounding[next] = true
		} else {
			other[next] = true
		}
		next++
	}
	var indexes []int
	for i := range next {
		if rounding[i] && !other[i] {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// pastTheTie moves a number away from zero by less than any digit that can be asked for, so that half of a
// digit rounds up. What is no number stays as it is.
func pastTheTie(v cty.Value) cty.Value {
	if v.IsMarked() || !v.IsKnown() || v.IsNull() {
		return v
	}
	n, err := convert.Convert(v, cty.Number)
	if err != nil {
		return v
	}
	d, err := exact.Decimal(n.AsBigFloat())
	if err != nil || d.IsInteger() {
		return v
	}
	f := exact.Number(d).AsBigFloat()
	return cty.NumberVal(f.Add(f, new(big.Float).SetMantExp(f, -480)))
}

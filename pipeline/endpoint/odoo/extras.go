package odoo

import (
	"maps"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// priced is a variant and how much its price is to change; where it is to stay, by zero.
type priced struct {
	values []int64 // of the template
	by     decimal.Decimal
}

// extras returns how the extras of the values of a template change so that all prices become what they are to
// be: a variant's price is the template's and the sum of the extras of its values. false if no such extras are.
//
// One attribute that explains the differences is preferred; else the equations are solved, and what they leave
// open stays as it is.
func extras(all []priced, lineOf map[int64]int64) (map[int64]decimal.Decimal, bool) {
	for _, line := range slices.Compact(slices.Sorted(maps.Values(lineOf))) {
		if by, ok := extrasOf(all, line, lineOf); ok {
			return by, true
		}
	}
	return solve(all)
}

// extrasOf explains the differences by the values of one attribute.
func extrasOf(all []priced, line int64, lineOf map[int64]int64) (map[int64]decimal.Decimal, bool) {
	by := map[int64]decimal.Decimal{}
	for _, p := range all {
		i := slices.IndexFunc(p.values, func(v int64) bool { return lineOf[v] == line })
		if i < 0 {
			return nil, false
		}
		if known, ok := by[p.values[i]]; ok && !known.Equal(p.by) {
			return nil, false
		}
		by[p.values[i]] = p.by
	}
	maps.DeleteFunc(by, func(_ int64, d decimal.Decimal) bool { return d.IsZero() })
	return by, true
}

// solve finds extras by elimination.
func solve(all []priced) (map[int64]decimal.Decimal, bool) {
	var values []int64
	for _, p := range all {
		values = append(values, p.values...)
	}
	slices.Sort(values)
	values = slices.Compact(values)
	rows := make([][]*big.Rat, len(all))
	for i, p := range all {
		rows[i] = make([]*big.Rat, len(values)+1)
		for n, v := range values {
			rows[i][n] = new(big.Rat)
			if slices.Contains(p.values, v) {
				rows[i][n].SetInt64(1)
			}
		}
		rows[i][len(values)] = p.by.Rat()
	}
	pivots := eliminate(rows, len(values))
	by := map[int64]decimal.Decimal{}
	for i, row := range rows {
		sum := row[len(values)]
		if i >= len(pivots) {
			if sum.Sign() != 0 {
				return nil, false
			}
			continue
		}
		const digits = 2
		d, err := decimal.NewFromString(sum.FloatString(digits))
		if err != nil || d.Rat().Cmp(sum) != 0 {
			return nil, false
		}
		if !d.IsZero() {
			by[values[pivots[i]]] = d
		}
	}
	return by, true
}

// eliminate brings rows into reduced form and returns the column of each row's pivot.
func eliminate(rows [][]*big.Rat, columns int) (pivots []int) {
	for column := 0; column < columns && len(pivots) < len(rows); column++ {
		at := len(pivots)
		found := slices.IndexFunc(rows[at:], func(r []*big.Rat) bool { return r[column].Sign() != 0 })
		if found < 0 {
			continue
		}
		rows[at], rows[at+found] = rows[at+found], rows[at]
		inverse := new(big.Rat).Inv(rows[at][column])
		for n := range rows[at] {
			rows[at][n] = new(big.Rat).Mul(rows[at][n], inverse)
		}
		for i := range rows {
			if i == at || rows[i][column].Sign() == 0 {
				continue
			}
			factor := rows[i][column]
			for n := range rows[i] {
				rows[i][n] = new(big.Rat).Sub(rows[i][n], new(big.Rat).Mul(factor, rows[at][n]))
			}
		}
		pivots = append(pivots, column)
	}
	return pivots
}

package odoo

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

// Whatever price is written, what is read is at most a step of the coarser price away. Where the price with
// tax is shown and Odoo holds the one without, writing again what is read changes nothing.
func TestLevySettles(t *testing.T) {
	percent := rapid.Int64Range(0, 400)
	rapid.Check(t, func(t *rapid.T) {
		l := levy{
			included: decimal.New(percent.Draw(t, "included"), -1), excluded: decimal.New(percent.Draw(t, "excluded"), -1),
		}
		v := pipeline.Number(decimal.New(rapid.Int64Range(-1e7, 1e7).Draw(t, "cents"), -2))
		for _, prices := range []string{pricesIncluded, pricesExcluded} {
			held := l.held(prices, v, 2)
			shown := l.shown(prices, held, 2)
			if shown.AsNumber().Sub(v.AsNumber()).Abs().GreaterThan(decimal.New(2, -2)) {
				t.Fatalf("%s: %s is held as %s and shown as %s", prices, v, held, shown)
			}
			if again := l.held(prices, shown, 2); prices == pricesIncluded && !again.AsNumber().Equal(held.AsNumber()) {
				t.Fatalf("%s is held as %s and then as %s", v, held, again)
			}
		}
	})
}

func TestIDList(t *testing.T) {
	list := func(v ...any) []any { return v }
	for name, tt := range map[string]struct {
		in   any
		want []int64
	}{
		"ids": {list(int64(1), int64(2)), []int64{1, 2}}, "set": {list(list(int64(6), int64(0), list(int64(3)))), []int64{3}},
		"add": {list(list(int64(4), int64(5))), []int64{5}}, "none": {false, nil}, "clear": {list(list(int64(5))), nil},
	} {
		if diff := cmp.Diff(tt.want, idList(tt.in)); diff != "" {
			t.Error(name, diff)
		}
	}
}

package app

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
)

// TestCarries: what carries says can never be, no value of the type is taken; what it says can be, one is.
func TestCarries(t *testing.T) {
	samples := map[pipeline.FieldType][]pipeline.Value{
		pipeline.TypeText:   {pipeline.Text("x"), pipeline.Text("1"), pipeline.Text("true")},
		pipeline.TypeNumber: {pipeline.Number(decimal.NewFromInt(1))},
		pipeline.TypeBool:   {pipeline.Bool(true)},
		pipeline.TypePath:   {pipeline.Text("Clothing/Shirts")},
	}
	for from, values := range samples {
		for to := range samples {
			taken := false
			for _, v := range values {
				_, err := pipeline.Field{Name: "x", Type: to, Digits: pipeline.Unlimited}.Canonical(v)
				taken = taken || err == nil
			}
			if from == pipeline.TypePath && to == pipeline.TypeText { // of one kind in Value
				continue
			}
			if got := from.FitsInto(to); got != taken {
				t.Errorf("from %s to %s: %v, but a value is taken: %v", from, to, got, taken)
			}
		}
	}
}

func TestTypeChecks(t *testing.T) {
	schema := func(t pipeline.FieldType) pipeline.Description {
		return pipeline.Description{Schema: pipeline.Schema{Fields: map[string]pipeline.Field{"x": {Name: "x", Type: t}}}}
	}
	d := &pipeline.Definition{Name: "products", Sources: [2]string{"pm", "erp"}, Fields: []pipeline.MappedField{
		{Name: "x", Fields: [2]string{"x", "x"}, Writes: [2]bool{true, true}, Source: "shop.hcl:7"},
	}}
	a := &live{runners: []*runner{{definition: d}}}
	known := map[string]pipeline.Description{"pm": schema(pipeline.TypeBool), "erp": schema(pipeline.TypeNumber)}
	checks := a.typeChecks(&source{label: "erp"}, known)
	if len(checks) != 1 || checks[0].Grade != pipeline.GradeWarning || checks[0].Remedy != "Give field \"x\" (shop.hcl:7) a transform `to_erp`, or map another field." {
		t.Errorf("got %+v", checks)
	}
	if checks := a.typeChecks(&source{label: "pm"}, known); len(checks) != 0 { // a number can be true or false
		t.Errorf("got %+v", checks)
	}
	if checks := a.typeChecks(&source{label: "erp"}, map[string]pipeline.Description{"erp": schema(pipeline.TypeNumber)}); len(checks) != 0 {
		t.Errorf("of one source alone: %+v", checks)
	}
}

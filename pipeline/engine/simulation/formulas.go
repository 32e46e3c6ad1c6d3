package simulation

import (
	"math/rand/v2"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
)

// formulas are the computed fields of the worlds that have them: expressions that read other fields of the record, as
// `record.title` does, in either direction and in both at once.
type formulas struct {
	*world
	there bool
	rand  *rand.Rand // their own, so that worlds without them stay what they were
}

// ComputedFrom is where the seeds of the worlds with computed fields begin.
const ComputedFrom = 2_000_000

func (f *formulas) init(w *world) {
	f.world = w
	f.rand = rand.New(rand.NewPCG(w.seed, 0x666f726d))
}

func (f *formulas) chance(percent int) bool { return f.there && f.rand.IntN(100) < percent }

// computed are the fields that only these worlds map. extra is mapped nowhere.
func computedFields() []pipeline.Field {
	return []pipeline.Field{
		{Name: "label", Type: pipeline.TypeText},
		{Name: "badge", Type: pipeline.TypeText},
		{Name: "rate", Type: pipeline.TypeNumber, Digits: 2},
		{Name: "cost", Type: pipeline.TypeNumber, Digits: 2},
		{Name: "extra", Type: pipeline.TypeText},
	}
}

// formula is an expression that reads other fields.
type formula func(value pipeline.Value, r *pipeline.Record) pipeline.Value

func (f formula) Apply(v pipeline.Value, r *pipeline.Record) (pipeline.Value, error) {
	return f(v, r), nil
}

// joined makes a text of a record's fields, whatever the value is.
func joined(name string) formula {
	return func(_ pipeline.Value, r *pipeline.Record) pipeline.Value {
		return pipeline.Text(r.Fields[name].String() + " " + r.Fields["extra"].AsText())
	}
}

// rated works with the record's own rate.
func rated(of func(value, rate decimal.Decimal) decimal.Decimal) formula {
	return func(v pipeline.Value, r *pipeline.Record) pipeline.Value {
		if rate := r.Fields["rate"].AsNumber(); !v.IsNull() && !rate.IsZero() {
			return pipeline.Number(of(v.AsNumber(), rate))
		}
		return v
	}
}

// of returns how a field is carried, and what that reads per side.
func (f *formulas) of(name string) (carry [2]pipeline.Transform, reads [2][]string) {
	switch name {
	case "label":
		carry[pipeline.Right], reads[pipeline.Left] = joined("title"), []string{"title", "extra"}
	case "badge":
		carry[pipeline.Left], reads[pipeline.Right] = joined("price"), []string{"price", "extra"}
	case "cost": // back and forth it is not what it was
		carry[pipeline.Left] = rated(func(v, rate decimal.Decimal) decimal.Decimal { return v.DivRound(rate, 2) })
		carry[pipeline.Right] = rated(func(v, rate decimal.Decimal) decimal.Decimal { return v.Mul(rate).Round(2) })
		reads = [2][]string{{"rate"}, {"rate"}}
	}
	return carry, reads
}

// edited returns the field that a person edits, mostly the one that he would edit in any world.
func (f *formulas) edited(name string) string {
	if !f.chance(40) {
		return name
	}
	return pick(f.rand, "extra", "extra", "rate", "cost", "label", "badge")
}

// fill gives a new product some of the fields.
func (f *formulas) fill(fields pipeline.Values) {
	for _, name := range []string{"label", "badge", "rate", "cost", "extra"} {
		if f.chance(50) {
			fields[name] = f.people.value(name)
		}
	}
}

// follow: a computed field holds what its expression makes of the other side's record now, or its value was the last
// that somebody gave it, and was carried the other way.
func (v *verdict) follow(f pipeline.MappedField, records [2]pipeline.Record) bool {
	for _, to := range pipeline.Sides() {
		from := to.Other()
		value := records[from].Fields[f.Name]
		if f.Carry[to] != nil {
			value, _ = f.Carry[to].Apply(value, &records[from]) // it never fails
		}
		value = canonical(to, f.Name, value)
		if value.Equal(records[to].Fields[f.Name]) {
			return true
		}
	}
	return false
}

package resolve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// byHand is the rule of what a person settled.
const byHand = "settled by hand"

// sameMoment is how far apart two modification times must be before one of them counts as later.
const sameMoment = 2 * time.Second

// mergeFields decides every mapped field of a pair whose records are both there.
func mergeFields(c *pipeline.Cycle, it *pipeline.Item) {
	for i := range c.Definition.Fields {
		if d := mergeField(c, it, i); d != nil {
			it.Decisions = append(it.Decisions, *d)
		}
	}
}

// field is one field of an item while it is being decided.
type field struct {
	pipeline.Decision
	mapped  pipeline.MappedField
	cycle   *pipeline.Cycle
	item    *pipeline.Item
	edited  [2]bool // the field itself
	changed [2]bool // that, or what its side makes of it for the other one
	paired  bool    // there is no base on some side: the pair is new to this field
	carried [2]*pipeline.Value
}

// mergeField returns the decision on field i; nil when it is what it was.
func mergeField(c *pipeline.Cycle, it *pipeline.Item, i int) *pipeline.Decision {
	if slices.Contains(it.Unrelated, i) {
		return nil // undecided, and without a base, until the records that it names are a pair
	}
	f := &field{mapped: c.Definition.Fields[i], cycle: c, item: it}
	f.Field = f.mapped.Name
	for _, s := range pipeline.Sides() {
		f.Values[s], f.carried[s] = it.Own[s][i], it.Carried[s][i]
		if it.Link == nil {
			f.paired = true
			continue
		}
		base, ok := it.Link.Base[s][f.Field]
		f.Base[s] = base
		f.edited[s] = !ok || !base.Equal(f.Values[s]) || it.Link.Gone[s]
		f.changed[s] = f.edited[s] || len(it.Follows[s][f.Field]) > 0
		f.paired = f.paired || !ok
	}
	if !f.paired && !f.changed[0] && !f.changed[1] && it.Open[f.Field].Resolution == nil {
		return nil
	}
	if c.Apart(it.Records, i) {
		f.Verdict, f.Rule = pipeline.Agree, "one of the two does not hold it"
		return &f.Decision
	}
	if f.decide(); f.Verdict == "" {
		return nil
	}
	return &f.Decision
}

func (f *field) decide() {
	if open, ok := f.item.Open[f.Field]; ok && open.Resolution != nil && f.settled(open) {
		return
	}
	switch {
	case !f.paired && !f.changed[pipeline.Left] && !f.changed[pipeline.Right]:
		// Both sides went back to what they agreed on.
	case f.agree():
		f.Verdict, f.Rule = pipeline.Agree, "both sides hold the same"
	case f.paired:
		f.pair()
	case f.changed[pipeline.Left] && f.changed[pipeline.Right]:
		f.conflict()
	case f.changed[pipeline.Left]:
		f.take(pipeline.Left, f.why(pipeline.Left))
	case f.changed[pipeline.Right]:
		f.take(pipeline.Right, f.why(pipeline.Right))
	}
}

// why names the rule of a change on one side. A record that was gone and came back counts as changed in
// every field: its partner was archived or left alone meanwhile.
func (f *field) why(s pipeline.Side) string {
	switch {
	case f.item.Link.Gone[s]:
		return "came back on " + f.label(s)
	case !f.edited[s]:
		return "computed anew: " + f.because(s)
	}
	return "changed on " + f.label(s) + " only"
}

// because tells which of the fields that the expression reads moved on a side.
func (f *field) because(s pipeline.Side) string {
	moved := f.item.Follows[s][f.Field]
	last := len(moved) - 1
	if last == 0 {
		return moved[0] + " changed on " + f.label(s)
	}
	return strings.Join(moved[:last], ", ") + " and " + moved[last] + " changed on " + f.label(s)
}

// rule is the configured rule, with what else than an edit made it a conflict.
func (f *field) rule() string {
	rule := f.mapped.Rule
	for _, s := range pipeline.Sides() {
		if f.changed[s] && !f.edited[s] {
			rule += "; computed anew: " + f.because(s)
		}
	}
	return rule
}

// computed is what the expression of a side makes for the other one; nil where it reads no other field.
func (f *field) computed(s pipeline.Side) *pipeline.Value {
	if !f.mapped.Follows(s) {
		return nil
	}
	return f.carried[s.Other()]
}

// settled carries out what somebody decided, if both sides still hold what they were shown.
func (f *field) settled(open pipeline.Conflict) bool {
	r := open.Resolution
	if !r.Seen[0].Equal(f.Values[0]) || !r.Seen[1].Equal(f.Values[1]) {
		return false // Invariant 6: they have moved since; the conflict is asked anew
	}
	for _, s := range pipeline.Sides() {
		if c := f.computed(s); r.Computed[s] != nil && (c == nil || !c.Equal(*r.Computed[s])) {
			return false
		}
	}
	f.Conflict, f.By = true, r.By
	const rule = byHand
	switch r.Verdict {
	case pipeline.TakeLeft:
		f.choose(pipeline.Left)
	case pipeline.TakeRight:
		f.choose(pipeline.Right)
	case pipeline.TakeValue:
		f.Verdict, f.Rule = pipeline.TakeValue, rule
		for _, s := range pipeline.Sides() {
			f.After[s] = *f.carried[s]
			f.Writes[s] = !f.After[s].Equal(f.Values[s])
		}
	default:
		return false
	}
	return true
}

// choose takes the value of a side that somebody chose. Where the direction lets nothing through, that both stay as
// they are is what he decided, or he would be asked again for ever.
func (f *field) choose(from pipeline.Side) {
	to := from.Other()
	if f.mapped.Writes[to] {
		f.take(from, byHand)
		return
	}
	f.Verdict = pipeline.Agree
	f.Rule = byHand + "; both stay as they are, since the direction lets nothing through to " + f.label(to)
}

// agree tells whether both sides hold the same after mapping, in either side's terms. Two that hold nothing do not
// where one of them is new to the field and makes something for the other.
func (f *field) agree() bool {
	if f.paired && f.Values[0].IsNull() && f.Values[1].IsNull() && (!f.nothing(pipeline.Left) || !f.nothing(pipeline.Right)) {
		return false
	}
	for _, s := range pipeline.Sides() {
		if f.carried[s] != nil && f.carried[s].Equal(f.Values[s]) {
			return true
		}
	}
	return false
}

// pair decides a field that has no base: the side that holds nothing takes the other's value, two
// different values are for the strategy.
func (f *field) pair() {
	l, r := f.nothing(pipeline.Left), f.nothing(pipeline.Right)
	switch {
	case l && !r:
		f.take(pipeline.Right, "new pair: "+f.label(pipeline.Left)+" held nothing")
	case r && !l:
		f.take(pipeline.Left, "new pair: "+f.label(pipeline.Right)+" held nothing")
	default:
		f.conflict()
	}
}

// nothing tells whether a side holds nothing, and makes nothing of its other fields either.
func (f *field) nothing(s pipeline.Side) bool {
	c := f.computed(s)
	return f.Values[s].IsNull() && (c == nil || c.IsNull())
}

// conflict decides two different edits.
func (f *field) conflict() {
	f.contested()
	f.strategy()
}

// contested makes the decision one about a conflict.
func (f *field) contested() {
	f.Conflict = true
	for _, s := range pipeline.Sides() {
		if f.changed[s] || f.paired {
			f.Computed[s] = f.computed(s)
		}
	}
}

// strategy settles two different edits by the configured rule, or lets the field wait.
func (f *field) strategy() {
	switch f.mapped.Strategy.Kind {
	case pipeline.StrategySide:
		f.take(f.mapped.Strategy.Side, f.rule())
	case pipeline.StrategyLatest:
		f.latest()
	default:
		f.wait(f.rule())
	}
}

// latest lets the later modification win. Of a conflict that waits already the times are those at which
// it was noticed: writes of ours to other fields move them since, and say nothing about who was later.
func (f *field) latest() {
	rule := f.rule()
	l, r := f.item.Records[pipeline.Left].Modified, f.item.Records[pipeline.Right].Modified
	if open, ok := f.item.Open[f.Field]; ok && open.Values[0].Equal(f.Values[0]) && open.Values[1].Equal(f.Values[1]) && pipeline.SameComputed(open.Computed, f.Computed) {
		l, r = open.Times[pipeline.Left], open.Times[pipeline.Right]
	}
	if l.IsZero() || r.IsZero() {
		f.wait(rule + ": a modification time is unknown")
		return
	}
	switch apart := l.Sub(r); {
	case apart.Abs() <= sameMoment:
		f.wait(fmt.Sprintf("%s: modified within %s of each other", rule, sameMoment))
	case apart > 0:
		f.take(pipeline.Left, rule+": "+f.label(pipeline.Left)+" is later")
	default:
		f.take(pipeline.Right, rule+": "+f.label(pipeline.Right)+" is later")
	}
}

func (f *field) wait(rule string) {
	f.Verdict, f.Rule = pipeline.Wait, rule
}

// take takes the value of one side, if the direction lets it through.
func (f *field) take(from pipeline.Side, rule string) {
	to := from.Other()
	if !f.mapped.Writes[to] {
		f.Verdict = pipeline.Hold
		f.Rule = rule + "; the direction lets nothing through to " + f.label(to)
		return
	}
	after := f.Values
	after[to] = *f.carried[to]
	if rule != byHand && f.flips(after[pipeline.Left]) {
		f.contested()
		f.wait(flipsRule)
		return
	}
	f.Verdict, f.Rule, f.After = pipeline.Taking(from), rule, after
	f.Writes[to] = true
}

// flipsRule is the rule of a field that went between two values too often (pipeline.FlipTimes,
// FlipWindow).
const flipsRule = "flips: it went back and forth between two values 4 times within 10 minutes"

// flips tells whether a field that takes this value, in the left side's terms, would loop. Once it waits
// for that reason it goes on waiting until somebody settles it or both sides agree.
func (f *field) flips(value pipeline.Value) bool {
	if f.item.Link == nil {
		return false
	}
	return f.item.Open[f.Field].Rule == flipsRule ||
		f.item.Link.Takes.Flips(f.Field, pipeline.TakeOf(f.cycle.Started, value))
}

func (f *field) label(s pipeline.Side) string { return f.cycle.Definition.Sources[s] }

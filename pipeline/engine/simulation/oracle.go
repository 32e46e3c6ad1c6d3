package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

// verdict is what the oracle sees at the end.
type verdict struct {
	*world
	sides     [2]map[string]pipeline.Record // by uid
	keys      [2]map[pipeline.Key]string    // the uid of every record
	waiting   map[string]map[string]bool    // conflicts: uid → fields
	failed    map[string]bool               // quarantine: uid
	mentioned map[string]bool               // values that the history or the inbox mention
	events    []pipeline.Event
	twice     []string
	unlisted  bool // there was no full pass lately, which alone sees a renamed category
	errs      []error
}

func (w *world) newVerdict() *verdict {
	return &verdict{world: w, waiting: map[string]map[string]bool{}, failed: map[string]bool{}, mentioned: map[string]bool{}}
}

// editsArrived is invariant 4: every edit of a linked pair has arrived without the help of a full pass.
func (w *world) editsArrived(ctx context.Context) error {
	v := w.newVerdict()
	v.unlisted = true
	v.readSides()
	if err := v.readState(ctx); err != nil {
		return err
	}
	err := w.store.EachLink(ctx, func(l *pipeline.Link) error {
		uid := v.keys[pipeline.Left][l.Keys[pipeline.Left]]
		left, onLeft := v.sides[pipeline.Left][uid]
		right, onRight := v.sides[pipeline.Right][uid]
		if onLeft && onRight && left.Key == l.Keys[0] && right.Key == l.Keys[1] {
			found := len(v.errs)
			v.agreed(uid, left, right)
			if len(v.errs) > found {
				v.errs = append(v.errs, errors.New("before any full pass; "+v.story(uid)))
			}
		}
		return nil
	})
	for _, uid := range v.twice {
		v.errs = append(v.errs, errors.New(v.story(uid)))
	}
	return errors.Join(append(v.errs, err)...)
}

// judge holds the end state against the invariants.
func (w *world) judge(ctx context.Context) error {
	v := w.newVerdict()
	if err := v.quietCycle(ctx); err != nil {
		return err
	}
	v.readSides()
	if err := v.readState(ctx); err != nil {
		return err
	}
	for _, uid := range v.uids() {
		found := len(v.errs)
		v.product(uid)
		if len(v.errs) > found || slices.Contains(v.twice, uid) {
			v.errs = append(v.errs, errors.New(v.story(uid)))
		}
	}
	return errors.Join(v.errs...)
}

func (v *verdict) fail(invariant int, format string, args ...any) {
	v.errs = append(v.errs, broken(invariant, format, args...))
}

// quietCycle is invariant 7: after a quiet cycle the next one writes nothing.
func (v *verdict) quietCycle(ctx context.Context) error {
	for _, opt := range []engine.Options{{}, {Full: true}, {Hints: v.allHints()}} {
		v.stats.Checks++
		before := [2]int{v.systems[0].Counts().Writes(), v.systems[1].Counts().Writes()}
		report := v.engine.Sync(ctx, opt)
		if report.Result == pipeline.ResultFailed {
			return fmt.Errorf("a quiet cycle failed: %+v", report.Error)
		}
		after := [2]int{v.systems[0].Counts().Writes(), v.systems[1].Counts().Writes()}
		if before != after {
			v.fail(7, "a cycle (full %v, hints %q) after quiet ones wrote %v", opt.Full, opt.Hints, report.Writes)
		}
	}
	return nil
}

func (v *verdict) readSides() {
	for _, s := range pipeline.Sides() {
		v.sides[s], v.keys[s] = map[string]pipeline.Record{}, map[pipeline.Key]string{}
		for _, r := range v.systems[s].Snapshot() {
			uid := r.Fields["uid"].AsText()
			if _, twice := v.sides[s][uid]; twice {
				v.twice = append(v.twice, uid)
				v.fail(3, "product %s is there twice on the %s", uid, s)
			}
			v.sides[s][uid], v.keys[s][r.Key] = r, uid
		}
	}
	v.stats.Checks++
}

// readState collects what waits and what the history tells.
func (v *verdict) readState(ctx context.Context) error {
	of := func(keys [2]pipeline.Key) string {
		for _, s := range pipeline.Sides() {
			if uid := v.keys[s][keys[s]]; uid != "" {
				return uid
			}
		}
		return ""
	}
	conflicts, err := v.store.Conflicts(ctx)
	if err != nil {
		return err
	}
	for _, c := range conflicts {
		uid := of(c.Keys)
		if v.waiting[uid] == nil {
			v.waiting[uid] = map[string]bool{}
		}
		v.waiting[uid][c.Field] = true
		v.mention(uid, c.Field, c.Values[:]...)
	}
	quarantined, err := v.store.Quarantined(ctx)
	if err != nil {
		return err
	}
	for _, q := range quarantined {
		v.failed[of(q.Keys)] = true
	}
	events, err := v.store.History(ctx, "", 1<<20)
	if err != nil {
		return err
	}
	v.events = events
	for _, e := range events {
		for _, f := range e.Fields {
			v.mention("", f.Name, f.Values[0], f.Values[1], f.Before, f.After, f.Base[0], f.Base[1])
		}
	}
	return nil
}

// mention notes values: the people of a simulation never write the same text or price twice.
func (v *verdict) mention(_, field string, values ...pipeline.Value) {
	for _, value := range values {
		v.mentioned[field+"="+value.String()] = true
	}
}

func (v *verdict) uids() []string {
	all := map[string]bool{}
	for _, s := range pipeline.Sides() {
		for uid := range v.sides[s] {
			all[uid] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// product judges one product.
func (v *verdict) product(uid string) {
	left, onLeft := v.sides[pipeline.Left][uid]
	right, onRight := v.sides[pipeline.Right][uid]
	v.stats.Checks++
	switch {
	case onLeft && onRight:
		v.agreed(uid, left, right)
	case v.failed[uid], v.waiting[uid][""]:
		// Told to people, so not lost.
	case !v.people.deleted[pipeline.Left][uid] && !v.people.deleted[pipeline.Right][uid]:
		v.fail(4, "product %s is on one side only (left %v, right %v) and nobody deleted it", uid, onLeft, onRight)
	}
	for _, s := range pipeline.Sides() {
		v.notLost(uid, s)
		v.absence(uid, s)
	}
}

// agreed: both sides hold the same, but for what waits for a person.
func (v *verdict) agreed(uid string, left, right pipeline.Record) {
	if v.failed[uid] || v.waiting[uid][""] {
		return
	}
	for _, f := range v.def.Fields {
		if v.waiting[uid][f.Name] || v.unlisted && v.operators.renamed && f.Name == "category" {
			continue
		}
		if left.Lacks(f.Name) || right.Lacks(f.Name) || v.unlisted && v.kin.renamed && f.Name == "attributes" {
			continue
		}
		l, r := left.Fields[f.Fields[0]], right.Fields[f.Fields[1]]
		if f.Follows(pipeline.Left) || f.Follows(pipeline.Right) {
			if !v.follow(f, [2]pipeline.Record{left, right}) {
				v.fail(4, "product %s, field %s: left holds %q, right %q, which neither expression makes of the other side's record:\n%v\n%v", uid, f.Name, l, r, left.Fields, right.Fields)
			}
			continue
		}
		if !v.same(f, l, r) {
			v.fail(4, "product %s, field %s: left holds %q, right %q, and nothing waits", uid, f.Name, l, r)
		}
	}
}

// same compares as the mapping does or ever did, in either side's terms.
func (v *verdict) same(f pipeline.MappedField, l, r pipeline.Value) bool {
	if f.Image {
		return v.shown(pipeline.Left, l) == v.shown(pipeline.Right, r)
	}
	if f.Name == "parent" {
		return v.sameParent(l, r)
	}
	if f.Name != "price" {
		return same(f, l, r)
	}
	return slices.ContainsFunc(v.operators.carries, func(carry [2]pipeline.Transform) bool {
		f.Carry = carry
		return same(f, l, r)
	})
}

func same(f pipeline.MappedField, l, r pipeline.Value) bool {
	ls, rs := schema(pipeline.Left).Fields[f.Name], schema(pipeline.Right).Fields[f.Name]
	carry := func(to pipeline.Side, value pipeline.Value, from, target pipeline.Field) pipeline.Value {
		var err error
		if f.Carry[to] != nil {
			value, err = f.Carry[to].Apply(value, nil)
		} else {
			value, err = pipeline.CarryPath(value, from, target)
		}
		if err == nil {
			value, err = target.Canonical(value)
		}
		if err != nil {
			return pipeline.Text("cannot be carried: " + err.Error())
		}
		return value
	}
	return carry(pipeline.Right, l, ls, rs).Equal(r) || carry(pipeline.Left, r, rs, ls).Equal(l)
}

// notLost is invariant 6: what a person wrote last on a side is there, or the history tells of it.
func (v *verdict) notLost(uid string, s pipeline.Side) {
	r, there := v.sides[s][uid]
	if !there {
		return
	}
	for name, written := range v.people.last[s][uid] {
		if name == "category" || name == "active" || name == "uid" || name == "parent" || name == "rate" || r.Lacks(name) {
			continue // not unique values, or those of another record by now
		}
		v.stats.Checks++
		if !r.Fields[name].Equal(written) && !v.mentioned[name+"="+written.String()] {
			v.fail(6, "product %s: %q, written by a person to %s on the %s, is gone without a trace; it holds %q", uid, written, name, s, r.Fields[name])
		}
	}
}

// absence is invariant 5: what nobody deleted or archived is there and active.
func (v *verdict) absence(uid string, s pipeline.Side) {
	_, there := v.sides[s][uid]
	o := s.Other()
	if !there && v.people.last[s][uid] != nil && !v.people.deleted[o][uid] && !v.people.deleted[s][uid] {
		v.fail(5, "product %s was removed from the %s though nobody deleted it", uid, s)
	}
}

// story tells what people and Tandem did to a product, for whoever looks at a broken seed.
func (v *verdict) story(uid string) string {
	var b strings.Builder
	for _, line := range v.people.diary[uid] {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, e := range slices.Backward(v.events) {
		if v.keys[0][e.Keys[0]] != uid && v.keys[1][e.Keys[1]] != uid {
			continue
		}
		side := "-"
		if e.Side != nil {
			side = e.Side.String()
		}
		fmt.Fprintf(&b, "  %s %s %s %q %s %q %s\n", e.At.Format(time.TimeOnly), e.Cycle, e.Kind, e.Keys, side, e.Note, e.Rule)
		for _, f := range e.Fields {
			fmt.Fprintf(&b, "      %s: base %q values %q before %q after %q by %s\n", f.Name, f.Base, f.Values, f.Before, f.After, f.Rule)
		}
	}
	return "what happened to " + uid + ":\n" + b.String()
}

// dump renders everything that a plan must not change.
func (w *world) dump(ctx context.Context) (string, error) {
	var links []*pipeline.Link
	err := w.store.EachLink(ctx, func(l *pipeline.Link) error { links = append(links, l); return nil })
	if err != nil {
		return "", err
	}
	position, err1 := w.store.Position(ctx)
	conflicts, err2 := w.store.Conflicts(ctx)
	quarantined, err3 := w.store.Quarantined(ctx)
	events, err4 := w.store.History(ctx, "", 1<<20)
	intents, err5 := w.store.PendingIntents(ctx)
	reports, err6 := w.store.Reports(ctx, 1000)
	b, err7 := json.MarshalIndent([]any{
		w.systems[0].Snapshot(), w.systems[1].Snapshot(), links, position, conflicts, quarantined, len(events), intents, len(reports),
	}, "", " ")
	return string(b), errors.Join(err1, err2, err3, err4, err5, err6, err7)
}

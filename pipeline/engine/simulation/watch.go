package simulation

import (
	"context"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// watcher looks over the engine's shoulder while it works: some invariants show only at the moment.
type watcher struct {
	*world
	errs []error
	// sent is per side what the write call under way wants, by key.
	sent [2]map[pipeline.Key]pipeline.Values
	// held is per side, record and field every value that the record ever held.
	held [2]map[pipeline.Key]map[string]map[string]bool
	// written are the records and tokens that this cycle has written successfully, by side.
	written [2]map[string]int
}

func (o *watcher) init(w *world) {
	o.world = w
	for _, s := range pipeline.Sides() {
		o.held[s] = map[pipeline.Key]map[string]map[string]bool{}
	}
	o.newCycle()
}

func (o *watcher) newCycle() {
	o.written = [2]map[string]int{{}, {}}
}

func (o *watcher) fail(invariant int, format string, args ...any) {
	if len(o.errs) < 10 {
		o.errs = append(o.errs, broken(invariant, format, args...))
	}
}

// look notes what every record of a side holds now.
func (o *watcher) look(s pipeline.Side) {
	for _, r := range o.systems[s].Snapshot() {
		fields := o.held[s][r.Key]
		if fields == nil {
			fields = map[string]map[string]bool{}
			o.held[s][r.Key] = fields
		}
		for name := range schema(s).Fields {
			if fields[name] == nil {
				fields[name] = map[string]bool{}
			}
			fields[name][o.text(s, name, r.Fields[name])] = true
		}
	}
}

// text is what a value of a side is known by: an image by what it shows.
func (o *watcher) text(s pipeline.Side, name string, v pipeline.Value) string {
	if schema(s).Fields[name].Type == pipeline.TypeImage {
		return o.shown(s, v)
	}
	return canonical(s, name, v).String()
}

func canonical(s pipeline.Side, name string, v pipeline.Value) pipeline.Value {
	if c, err := schema(s).Fields[name].Canonical(v); err == nil {
		return c
	}
	return v
}

// onWrite is called between the effect of a write and its read back.
//
// Invariant 1: a record that was written holds what was decided, all of it.
func (o *watcher) onWrite(s pipeline.Side, keys []pipeline.Key) {
	o.look(s)
	for _, r := range o.systems[s].Snapshot() {
		want, ok := o.sent[s][r.Key]
		if !ok || !slices.Contains(keys, r.Key) {
			continue
		}
		o.stats.Checks++
		for name, v := range want {
			if name == "active" && o.kin.takenAlong(s, r, keys) {
				continue
			}
			if o.text(s, name, r.Fields[name]) != o.text(s, name, v) {
				o.fail(1, "record %s on the %s holds %q in %s, %q was decided", r.Key, s, r.Fields[name], name, v)
			}
		}
	}
}

// afterCycle holds the bases against what the sides ever held.
//
// Invariant 2: a base is something that the side confirmed.
func (o *watcher) afterCycle(ctx context.Context) error {
	return o.state2().EachLink(ctx, func(l *pipeline.Link) error {
		for _, s := range pipeline.Sides() {
			for name, v := range l.Base[s] {
				o.stats.Checks++
				if held := o.held[s][l.Keys[s]]; held != nil && !held[name][o.text(s, name, v)] {
					o.fail(2, "the base of %s on the %s says %s = %q, which the record never held", l.Keys[s], s, name, v)
				}
			}
		}
		return nil
	})
}

func (o *watcher) state2() pipeline.Store { return o.store.Store }

// watched is the endpoint as the engine has it, with the watcher in between.
type watched struct {
	pipeline.Endpoint
	images pipeline.ImageReader
	side   pipeline.Side
	o      *watcher
}

// intended holds that a durable intent precedes a write.
//
// Invariant 3.
func (e *watched) intended(ctx context.Context, kind pipeline.MutationKind, id string) {
	e.o.stats.Checks++
	pending, err := e.o.state2().PendingIntents(ctx)
	if err != nil || e.o.trouble.crashed {
		return
	}
	for _, in := range pending {
		if in.Side != e.side || in.Kind != kind {
			continue
		}
		if in.Draft.Token == id || (kind != pipeline.Create && string(in.Keys[e.side]) == id) {
			return
		}
	}
	e.o.fail(3, "a %s of %s is sent to the %s without an intent", kind, id, e.side)
}

// wrote holds that one cycle writes a record once.
//
// Invariant 8.
func (e *watched) wrote(kind pipeline.MutationKind, id string, r pipeline.Receipt) {
	if r.Err != nil {
		return
	}
	e.o.stats.Checks++
	id = string(kind) + " " + id
	if e.o.written[e.side][id]++; e.o.written[e.side][id] > 1 {
		e.o.fail(8, "one cycle did %s on the %s twice", id, e.side)
	}
}

func (e *watched) Create(ctx context.Context, drafts []pipeline.Draft) []pipeline.Receipt {
	for _, d := range drafts {
		e.intended(ctx, pipeline.Create, d.Token)
	}
	receipts := e.Endpoint.Create(ctx, drafts)
	e.o.look(e.side) // also at the parents of what was made
	for i, r := range receipts {
		e.wrote(pipeline.Create, drafts[i].Token, r)
	}
	return receipts
}

func (e *watched) Update(ctx context.Context, patches []pipeline.Patch) []pipeline.Receipt {
	e.o.sent[e.side] = map[pipeline.Key]pipeline.Values{}
	for _, p := range patches {
		e.intended(ctx, pipeline.Update, string(p.Key))
		e.o.sent[e.side][p.Key] = p.Fields
	}
	receipts := e.Endpoint.Update(ctx, patches)
	e.o.sent[e.side] = nil
	for i, r := range receipts {
		e.wrote(pipeline.Update, string(patches[i].Key), r)
	}
	return receipts
}

// Remove holds that only what a person deleted on the other side is removed, but for creations that are
// undone.
//
// Invariant 5.
func (e *watched) Remove(ctx context.Context, keys []pipeline.Key, how pipeline.Removal) []pipeline.Receipt {
	for _, k := range keys {
		e.intended(ctx, pipeline.Remove, string(k))
		e.o.stats.Checks++
		for _, r := range e.o.systems[e.side].Snapshot() {
			uid := r.Fields["uid"].AsText()
			if r.Key == k && !e.o.people.deleted[e.side.Other()][uid] && !(e.o.undoing && how == pipeline.Archive) {
				e.o.fail(5, "product %s is removed from the %s, but nobody deleted it on the %s", uid, e.side, e.side.Other())
			}
		}
	}
	return e.Endpoint.Remove(ctx, keys, how)
}

// Recognised implements pipeline.Recogniser as the endpoint does.
func (e *watched) Recognised(key pipeline.Key) bool {
	known, ok := e.Endpoint.(pipeline.Recogniser)
	return ok && known.Recognised(key)
}

// CanRename implements pipeline.CategoryRenamer as the endpoint does.
func (e *watched) CanRename(ctx context.Context, r pipeline.CategoryRename) (string, error) {
	end, ok := e.Endpoint.(pipeline.CategoryRenamer)
	if !ok {
		return "a mutant renames nothing", nil
	}
	return end.CanRename(ctx, r)
}

// Rename implements pipeline.CategoryRenamer as the endpoint does.
func (e *watched) Rename(ctx context.Context, r pipeline.CategoryRename) error {
	err := e.Endpoint.(pipeline.CategoryRenamer).Rename(ctx, r)
	e.o.look(e.side)
	if err == nil {
		e.o.stats.AtOnce++
	}
	return err
}

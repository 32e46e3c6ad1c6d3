package write

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// images returns the images that a job sends, by the side's own field.
func (b *batch) images(j *job) map[string]pipeline.Image {
	if j.images != nil || b.Images == nil {
		return j.images
	}
	for name, v := range j.m.Fields {
		from, is := pipeline.ImageSourceOf(v)
		t, _ := b.cycle.About[j.side].Schema.Lookup(name)
		if !is || t.Image == nil {
			continue
		}
		if j.images == nil {
			j.images = map[string]pipeline.Image{}
		}
		j.images[name] = b.Images.Image(b.cycle, from, j.side, *t.Image)
	}
	return j.images
}

// asHeld returns values that were sent, with each image that the record shows replaced by the reference which the
// side gives to it: the side encodes anew what it gets. A reference that is what it was before is of the former
// image. An image that cannot be compared any more is left as it was sent.
func (b *batch) asHeld(ctx context.Context, side pipeline.Side, r *pipeline.Record, sent, before pipeline.Values) (pipeline.Values, error) {
	held := sent
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		from, is := pipeline.ImageSourceOf(sent[name])
		ref := r.Fields[name]
		if !is || b.Images == nil || ref.IsNull() || ref.Equal(before[name]) {
			continue
		}
		now := pipeline.ImageSource{Source: b.cycle.Definition.Sources[side], Key: r.Key, Field: name, Ref: ref}
		alike, err := b.Images.Alike(ctx, b.cycle, from, now, pipeline.SamePaired)
		if c := pipeline.ClassOf(err); err != nil && c != pipeline.Permanent && c != pipeline.Stale {
			return nil, err
		}
		if alike {
			held = maps.Clone(held)
			held[name] = ref
		}
	}
	return held, nil
}

// confirmImages looks whether the images that jobs left behind are those that were sent, where the endpoint
// cannot vouch for it. One that is not counts as somebody's edit: Invariant 2.
func (b *batch) confirmImages(ctx context.Context, side pipeline.Side, jobs []*job) {
	for _, j := range jobs {
		if !j.done || j.receipt.Record == nil || j.receipt.Alone || len(b.images(j)) == 0 {
			continue
		}
		held, err := b.asHeld(ctx, side, j.receipt.Record, j.m.Fields, j.m.Before)
		if err != nil {
			continue // the next cycle compares
		}
		j.held = map[string]bool{}
		for name := range j.images {
			j.held[name] = held[name].Equal(j.receipt.Record.Fields[name])
		}
	}
}

// untaken tells whether a side that was sent an image shows none, or still the former one: it has not taken it, or
// fetches it later. Nobody took an image away, so the field keeps the base that it has, or none, and the next cycle
// looks again.
func untaken(sent, before, held pipeline.Value) bool {
	_, image := pipeline.ImageSourceOf(sent)
	return image && (held.IsNull() || held.Equal(before))
}

// ignored tells whether a job sent an image in a field and the side did not take it. The endpoint may vouch that the
// reference of before is of the new image too.
func (j *job) ignored(name string) bool {
	if j.receipt.Record == nil {
		return false
	}
	held := j.receipt.Record.Fields[name]
	return untaken(j.m.Fields[name], j.m.Before[name], held) && (held.IsNull() || !j.receipt.Alone)
}

// recoverImages gives an intent's images the references that the side has for them, where the record shows them.
// Those that were not taken are no longer part of what was written.
func (b *batch) recoverImages(ctx context.Context, in *pipeline.Intent, r *pipeline.Record) error {
	held, err := b.asHeld(ctx, in.Side, r, in.Mutation.Fields, in.Mutation.Before)
	if err != nil {
		return err
	}
	in.Event.Fields = b.shown(in.Event.Fields, in.Side, held)
	for _, f := range b.cycle.Definition.Fields {
		if name := f.Fields[in.Side]; untaken(in.Mutation.Fields[name], in.Mutation.Before[name], r.Fields[name]) {
			held = maps.Clone(held)
			delete(held, name)
			in.Event.Fields = slices.DeleteFunc(in.Event.Fields, func(c pipeline.FieldChange) bool { return c.Name == f.Name })
		}
	}
	in.Mutation.Fields = held
	return nil
}

// shown returns changes with the images that a side shows as its references.
func (b *batch) shown(changes []pipeline.FieldChange, side pipeline.Side, held pipeline.Values) []pipeline.FieldChange {
	changes = slices.Clone(changes)
	for i, c := range changes {
		if f, _ := b.cycle.Definition.Field(c.Name); f.Image {
			changes[i].After = held[f.Fields[side]]
		}
	}
	return changes
}

// changes adds to a note what was done to images to make them fit.
func (j *job) changes(note string) string {
	var notes []string
	if note != "" {
		notes = append(notes, note)
	}
	for _, name := range slices.Sorted(maps.Keys(j.images)) {
		if change := j.images[name].Change(); change != "" {
			notes = append(notes, name+": "+change)
		}
	}
	return strings.Join(notes, "; ")
}

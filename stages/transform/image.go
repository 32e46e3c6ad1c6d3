package transform

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/tandem-sync/tandem/pipeline"
)

// comparing is how many images are compared at once.
const comparing = 4

// carryImage returns where an image comes from, as the value that the other side should hold.
func carryImage(c *pipeline.Cycle, ref pipeline.Value, record *pipeline.Record, to pipeline.Side, i int) pipeline.Value {
	if ref.IsNull() {
		return ref
	}
	return sourceOf(c, ref, record, to.Other(), i).Value()
}

func sourceOf(c *pipeline.Cycle, ref pipeline.Value, record *pipeline.Record, side pipeline.Side, i int) pipeline.ImageSource {
	d := c.Definition
	s := pipeline.ImageSource{Source: d.Sources[side], Key: record.Key, Field: d.Fields[i].Fields[side], Ref: ref}
	for _, f := range d.Fields {
		if v := record.Fields[f.Fields[side]]; f.SKU && !v.IsNull() {
			s.Name = v.String()
		}
	}
	if s.Name == "" {
		s.Name = string(record.Key)
	}
	return s
}

// judgeImage returns an error where a record is to be made with an image that its side is known not to give, so that
// a plan tells it. Nothing is read; what cannot be carried for other reasons is found when it is.
func judgeImage(c *pipeline.Cycle, it *pipeline.Item, to pipeline.Side, i int) error {
	f, from := c.Definition.Fields[i], to.Other()
	judge, ok := c.Endpoints[from].(pipeline.ImageJudge)
	if !f.Image || !ok || !f.Writes[to] || it.Link != nil || it.Own[to] != nil || it.Own[from][i].IsNull() {
		return nil
	}
	err := judge.JudgeImage(f.Fields[from], it.Own[from][i])
	if err == nil {
		return nil
	}
	e := *pipeline.AsError(err)
	e.Message = fmt.Sprintf("%s of %s on %s: %s", f.Fields[from], it.Records[from].Key, c.Definition.Sources[from], e.Message)
	return &e
}

// compareImages looks where both sides hold an image and one of them would be carried: one that shows the same is
// not, since the two only were encoded or moved anew. Then the carried value is what the other side holds, by
// which the merge sees that both agree.
func (s Stage) compareImages(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	if s.images == nil {
		return nil
	}
	var group errgroup.Group
	group.SetLimit(comparing)
	if c.Sequential {
		group.SetLimit(1)
	}
	for _, it := range items {
		var fields []int
		for i, f := range c.Definition.Fields {
			if f.Image && comparable(c, it, i) {
				fields = append(fields, i)
			}
		}
		if len(fields) > 0 {
			group.Go(func() error {
				for _, i := range fields {
					s.compareImage(ctx, c, it, i)
				}
				return ctx.Err()
			})
		}
	}
	return group.Wait()
}

// comparable tells whether it matters if the two images of a field show the same.
func comparable(c *pipeline.Cycle, it *pipeline.Item, i int) bool {
	f := c.Definition.Fields[i]
	if it.Err != nil || it.LeftOut != "" || it.Carried[0] == nil || it.Own[0] == nil || it.Own[1] == nil ||
		it.Own[0][i].IsNull() || it.Own[1][i].IsNull() {
		return false
	}
	open, waits := it.Open[f.Name]
	switch {
	case waits && open.Resolution != nil:
		return false // somebody chose one of them
	case waits && open.Values[0].Equal(it.Own[0][i]) && open.Values[1].Equal(it.Own[1][i]):
		return false // they were compared when the conflict began
	}
	for _, to := range pipeline.Sides() {
		if f.Writes[to] && it.Carried[to][i] != nil {
			return true
		}
	}
	return false
}

// compareImage makes the two sides agree if their images are alike. An image that was replaced must be nearer
// than two that were never seen together, so that a small edit is not lost.
func (s Stage) compareImage(ctx context.Context, c *pipeline.Cycle, it *pipeline.Item, i int) {
	how, name := pipeline.SameEdited, c.Definition.Fields[i].Name
	var images [2]pipeline.ImageSource
	for _, side := range pipeline.Sides() {
		images[side] = sourceOf(c, it.Own[side][i], it.Records[side], side, i)
		if it.Link == nil {
			how = pipeline.SamePaired
		} else if _, known := it.Link.Base[side][name]; !known {
			how = pipeline.SamePaired
		}
	}
	alike, err := s.images.Alike(ctx, c, images[0], images[1], how)
	if err != nil && (how == pipeline.SamePaired || pipeline.ClassOf(err) != pipeline.Permanent) {
		it.Fail(err)
		return
	}
	// Of two that were agreed upon before, one that cannot be read is replaced; or its writing fails.
	for _, side := range pipeline.Sides() {
		if alike && it.Carried[side][i] != nil {
			own := it.Own[side][i]
			it.Carried[side][i] = &own
		}
	}
}

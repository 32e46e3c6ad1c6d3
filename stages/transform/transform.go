package transform

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
)

// Stage is the stage.
type Stage struct {
	links  pipeline.Links  // nil where records refer to none
	images pipeline.Images // nil where no image is mapped
}

// New returns the stage.
func New() Stage { return Stage{} }

// Relating returns a stage that carries references between records by links.
func (s Stage) Relating(links pipeline.Links) Stage {
	s.links = links
	return s
}

// Comparing returns a stage that compares images before one is carried.
func (s Stage) Comparing(images pipeline.Images) Stage {
	s.images = images
	return s
}

// Name implements pipeline.Stage.
func (Stage) Name() pipeline.StageName { return pipeline.StageTransform }

// Process implements pipeline.Stage.
func (s Stage) Process(ctx context.Context, c *pipeline.Cycle, items []*pipeline.Item) error {
	for _, it := range items {
		read(c, it)
	}
	if err := s.relate(ctx, c, items); err != nil {
		return err
	}
	for _, it := range items {
		if it.Err != nil {
			continue
		}
		if err := leaveOut(c, it); err != nil {
			it.Fail(err)
			continue
		}
		if it.LeftOut == "" {
			carryAll(c, it)
		}
	}
	return s.compareImages(ctx, c, items)
}

// read sets the canonical values of both sides and the match values.
func read(c *pipeline.Cycle, it *pipeline.Item) {
	it.Match = pipeline.Values{}
	for _, s := range pipeline.Sides() {
		if it.Records[s] == nil {
			continue
		}
		it.Own[s] = c.OwnValues(s, it.Records[s])
		it.Read[s] = c.Readings(s, it.Records[s])
		it.MatchText[s] = c.MatchText(it.Own[s])
	}
	for i, f := range c.Definition.Fields {
		for _, name := range c.Definition.Match {
			if f.Name == name {
				it.Match[name] = matchValue(it, i, name)
			}
		}
	}
}

func matchValue(it *pipeline.Item, i int, name string) pipeline.Value {
	for _, s := range pipeline.Sides() {
		if it.Own[s] != nil && !it.Own[s][i].IsNull() {
			return it.Own[s][i]
		}
	}
	if it.Link != nil {
		return it.Link.Base[pipeline.Left][name]
	}
	return pipeline.Value{}
}

// leaveOut sets LeftOut for records that take no part: excluded by their endpoint, or not selected by
// the filter. The filter sees the record of its side, or what would be made there.
func leaveOut(c *pipeline.Cycle, it *pipeline.Item) error {
	for _, s := range pipeline.Sides() {
		if r := it.Records[s]; r != nil && r.Excluded != "" {
			it.LeftOut = r.Excluded
			return nil
		}
	}
	d := c.Definition
	if d.Filter == nil {
		return nil
	}
	side := d.FilterSide
	record := it.Records[side]
	if record == nil {
		if it.Records[side.Other()] == nil {
			return nil
		}
		record = &pipeline.Record{Fields: pipeline.Values{}}
		for i, f := range d.Fields {
			v, err := carry(c, it, side, i)
			if err != nil {
				return err
			}
			record.Fields[f.Fields[side]] = v
		}
	}
	selected, err := d.Filter.Selects(record)
	if err != nil {
		return &pipeline.Error{Code: pipeline.CodeMappingFailed, Message: "the filter cannot be evaluated for this record", Cause: err}
	}
	if !selected {
		it.LeftOut = "outside of the filter"
	}
	return nil
}

// carryAll carries every value that may have to move.
func carryAll(c *pipeline.Cycle, it *pipeline.Item) {
	n := len(c.Definition.Fields)
	for _, to := range pipeline.Sides() {
		it.Carried[to] = make([]*pipeline.Value, n)
		from := to.Other()
		if it.Own[from] == nil {
			continue
		}
		for i := range n {
			moved := reread(c, it, from, i)
			moves := moves(c, it, from, i)
			if !moves && len(moved) == 0 {
				continue
			}
			v, err := carry(c, it, to, i)
			if err == nil {
				err = judgeImage(c, it, to, i)
			}
			switch {
			case err == nil:
				if follow(c, it, from, i, moved, v, moves) || moves {
					it.Carried[to][i] = &v
				}
			case c.Definition.Fields[i].Writes[to]:
				it.Fail(err)
				return
			} // else it would be compared alone: what cannot be carried is not what the other side holds
		}
	}
	for _, conflict := range it.Open {
		if r := conflict.Resolution; r != nil && r.Verdict == pipeline.TakeValue {
			if err := carryThird(c, it, conflict.Field, *r); err != nil {
				it.Fail(err)
			}
		}
	}
}

// moves tells whether the value of a field on one side may have to go to the other: it differs from
// its base, has none, or somebody settled a conflict about it.
func moves(c *pipeline.Cycle, it *pipeline.Item, from pipeline.Side, i int) bool {
	name := c.Definition.Fields[i].Name
	if it.Own[from.Other()] != nil && (c.Apart(it.Records, i) || slices.Contains(it.Unrelated, i)) {
		return false
	}
	if it.Link == nil || it.Open[name].Resolution != nil || it.Link.Gone[from] {
		return true
	}
	if gone := from.Other(); it.Own[gone] == nil { // it may have to be made again
		return it.Link.Gone[gone] || it.Proven[gone] || it.Open[""].Resolution != nil
	} else if it.Link.Gone[gone] {
		return true // it came back
	}
	for _, s := range pipeline.Sides() {
		if base, ok := it.Link.Base[s][name]; !ok || (s == from && !base.Equal(it.Own[from][i])) {
			return true
		}
	}
	return false
}

// carry returns what side `to` should hold in field i, from the other side's record.
func carry(c *pipeline.Cycle, it *pipeline.Item, to pipeline.Side, i int) (pipeline.Value, error) {
	if v, ok := it.Related[to][i]; ok {
		return v, nil
	}
	return carryValue(c, it.Own[to.Other()][i], it.Records[to.Other()], to, i)
}

func carryValue(c *pipeline.Cycle, v pipeline.Value, record *pipeline.Record, to pipeline.Side, i int) (pipeline.Value, error) {
	f, target := c.Definition.Fields[i], c.Types[to][i]
	from := v
	var err error
	if f.Image {
		return carryImage(c, v, record, to, i), nil
	}
	if f.Carry[to] != nil {
		v, err = f.Carry[to].Apply(v, record)
		v = target.UnderRoot(v)
	} else {
		v, err = c.CarryPath(v, to, i)
	}
	if err == nil {
		v, err = target.Canonical(v)
	}
	if err != nil {
		code, remedy := pipeline.CodeMappingFailed, ""
		if e := (*pipeline.Error)(nil); errors.As(err, &e) {
			code, remedy = e.Code, e.Remedy
		}
		return v, &pipeline.Error{
			Code: code, Remedy: remedy,
			Message: fmt.Sprintf("%s cannot be carried to field %q of %s (mapping of %q, %s)",
				describe(from), f.Fields[to], c.Definition.Sources[to], f.Name, f.Source),
			Cause: err,
		}
	}
	return v, nil
}

// carryThird puts the third value that somebody chose, in the left side's terms, on both sides, as long as
// both still hold what he was shown: else the choice does not hold, and the sides' own values are carried.
func carryThird(c *pipeline.Cycle, it *pipeline.Item, field string, r pipeline.Resolution) error {
	for i, f := range c.Definition.Fields {
		if f.Name != field || it.Own[pipeline.Left] == nil || it.Own[pipeline.Right] == nil ||
			!r.Seen[pipeline.Left].Equal(it.Own[pipeline.Left][i]) || !r.Seen[pipeline.Right].Equal(it.Own[pipeline.Right][i]) {
			continue
		}
		if f.Image && !r.Value.IsNull() {
			return &pipeline.Error{
				Code: pipeline.CodeMappingFailed, Message: fmt.Sprintf("%s is no value for %q: an image cannot be written down", describe(r.Value), field),
				Remedy: "Take one side's image, or none.",
			}
		}
		left, err := c.Types[pipeline.Left][i].Canonical(r.Value)
		if err != nil {
			return &pipeline.Error{Code: pipeline.CodeMappingFailed, Message: fmt.Sprintf("%s is no value for %q", describe(r.Value), field), Cause: err}
		}
		right, err := carryValue(c, left, it.Records[pipeline.Left], pipeline.Right, i)
		if err != nil {
			return err
		}
		it.Carried[pipeline.Left][i], it.Carried[pipeline.Right][i] = &left, &right
	}
	return nil
}

func describe(v pipeline.Value) string {
	if v.IsNull() {
		return "an empty value"
	}
	s := []rune(v.String())
	if len(s) > 40 {
		return fmt.Sprintf("%q…", string(s[:40]))
	}
	return fmt.Sprintf("%q", string(s))
}

package render

import (
	"bytes"
	"errors"
	"io"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// PlanText prints plans for people, grouped by side, as they come. It is a view.PlanSink.
type PlanText struct {
	out      Output
	progress *Progress
	spool    func() (io.ReadWriteSeeker, error)
	head     view.PlanHead
	sections [2]*section // by side
	begun    int         // plans
}

// section is one side of a plan. The left side's lines are printed at once; the right side's wait in a
// spool for the end.
type section struct {
	text  *text
	spool io.ReadWriteSeeker
}

// NewPlanText returns a sink that prints to o. spool makes the place where the second side's lines wait
// for the end of the first; nil keeps them in memory.
func NewPlanText(o Output, p *Progress, spool func() (io.ReadWriteSeeker, error)) *PlanText {
	if spool == nil {
		spool = func() (io.ReadWriteSeeker, error) { return &memorySpool{}, nil }
	}
	return &PlanText{out: o, progress: p, spool: spool}
}

// Begin opens the plan of a pipeline.
func (p *PlanText) Begin(h view.PlanHead) error {
	p.head, p.sections = h, [2]*section{}
	t := p.out.text()
	if p.begun++; p.begun > 1 {
		t.line("")
	}
	return t.err
}

// Progress shows how far the comparison is.
func (p *PlanText) Progress(v view.Progress) { p.progress.Show(v) }

// Change prints one record.
func (p *PlanText) Change(c pipeline.PlannedChange) error {
	p.progress.Clear()
	side := pipeline.Left
	if c.Side == p.head.Sources[pipeline.Right] {
		side = pipeline.Right
	}
	s, err := p.section(side)
	if err != nil {
		return err
	}
	plannedChange(s.text, c)
	return s.text.err
}

func (p *PlanText) section(side pipeline.Side) (*section, error) {
	if s := p.sections[side]; s != nil {
		return s, nil
	}
	s := &section{text: p.out.text()}
	if side == pipeline.Right {
		var err error
		if s.spool, err = p.spool(); err != nil {
			return nil, err
		}
		s.text.w = s.spool
	}
	p.sections[side] = s
	s.text.line("%s: in %s", s.text.paint(bold, clean(p.head.Pipeline)), s.text.paint(bold, clean(p.head.Sources[side])))
	return s, nil
}

// End prints what waited, and the totals.
func (p *PlanText) End(totals pipeline.PlanTotals) error {
	p.progress.Clear()
	for _, s := range p.sections {
		if s == nil {
			continue
		}
		s.text.line("")
		if s.text.err != nil {
			return s.text.err
		}
		if err := s.unspool(p.out.W); err != nil {
			return err
		}
	}
	return p.totals(totals)
}

func (s *section) unspool(w io.Writer) error {
	if s.spool == nil {
		return nil
	}
	if _, err := s.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.spool)
	if c, ok := s.spool.(io.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	return err
}

func (p *PlanText) totals(totals pipeline.PlanTotals) error {
	t := p.out.text()
	name := t.paint(bold, clean(p.head.Pipeline))
	if p.head.Undo != "" && totals.Empty() {
		t.line("%s: nothing of cycle %s is left to take back", name, clean(string(p.head.Undo)))
	} else if totals.Empty() {
		t.line("%s: no differences, %s unchanged", name, count(totals.Unchanged, "record"))
	} else {
		t.line("%s:", name)
		for _, label := range p.head.Sources {
			w := totals.Writes[label]
			t.line("  in %s: %d to create, %d to update, %d to archive or delete", clean(label), w.Create, w.Update, w.Archive)
		}
		if p.head.Undo != "" {
			if totals.Errors > 0 {
				t.line("  %s of cycle %s cannot be taken back", count(totals.Errors, "change"), clean(string(p.head.Undo)))
			}
			return t.err
		}
		t.line("  %s, %s, %s unchanged", count(totals.Conflicts, "conflict"), count(totals.Errors, "error"), count(totals.Unchanged, "record"))
	}
	if totals.Changed != nil {
		t.line("  %s", definitionChanged(totals.Changed))
	}
	if totals.BrakedBy != nil {
		t.line("  %s a cycle would stop before its first write: %s", t.paint(red, "brake:"), clean(*totals.BrakedBy))
	}
	return t.err
}

func sign(a pipeline.PlanAction) (sign, color string) {
	switch a {
	case pipeline.PlanCreate:
		return "+", green
	case pipeline.PlanUpdate, pipeline.PlanRename:
		return "~", yellow
	case pipeline.PlanArchive, pipeline.PlanDelete:
		return "-", red
	default:
		return "!", magenta
	}
}

func plannedChange(t *text, c pipeline.PlannedChange) {
	sign, color := sign(c.Action)
	t.line("  %s %s %s", t.paint(color, sign), c.Action, named(c.Match, c.Keys))
	for _, f := range c.Fields {
		if f.Name == "" {
			t.line("      %s%s", fieldName(f.Name), t.rule(f.Rule))
			continue
		}
		if c.Action == pipeline.PlanCreate {
			t.line("      %s: %s%s", clean(f.Name), value(f.After), t.rule(f.Rule))
			continue
		}
		arrow := "→"
		if c.Action == pipeline.PlanConflict {
			arrow = "≠"
		}
		t.line("      %s: %s%s", clean(f.Name), t.changed(f.Before, f.After, arrow), t.rule(f.Rule))
	}
	if c.Note != "" && (len(c.Fields) == 0 || c.Note != c.Fields[0].Rule) {
		t.line("      %s", clean(c.Note))
	}
}

// memorySpool keeps what is written until it is read.
type memorySpool struct{ bytes.Buffer }

// Seek does nothing: reading a buffer begins at its start anyway.
func (*memorySpool) Seek(int64, int) (int64, error) { return 0, nil }

package render

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// PlanJSON prints plans as JSON while they are made: one object, an array of them where several
// pipelines were asked for. It is a view.PlanSink.
type PlanJSON struct {
	w         io.Writer
	begun, of int
	open      bool // between Begin and End
	changes   int
	progress  *Progress
}

// NewPlanJSON returns a sink that prints to o.
func NewPlanJSON(o Output, p *Progress) *PlanJSON { return &PlanJSON{w: o.W, progress: p} }

// Begin opens the object of a pipeline.
func (p *PlanJSON) Begin(h view.PlanHead) error {
	p.of = h.Of
	opening := ""
	switch {
	case p.of > 1 && p.begun == 0:
		opening = "["
	case p.begun > 0:
		opening = ",\n"
	}
	p.begun++
	p.open = true
	p.changes = 0
	name, err := compact(h.Pipeline)
	if err != nil {
		return err
	}
	return p.write(opening, `{"pipeline": `, name, `, "changes": [`)
}

// Progress shows how far the comparison is.
func (p *PlanJSON) Progress(v view.Progress) { p.progress.Show(v) }

// Change prints one element of "changes", on a line of its own.
func (p *PlanJSON) Change(c pipeline.PlannedChange) error {
	p.progress.Clear()
	if c.Fields == nil {
		c.Fields = []pipeline.PlannedField{}
	}
	if c.Match == nil {
		c.Match = pipeline.Values{}
	}
	comma := "\n"
	if p.changes > 0 {
		comma = ",\n"
	}
	p.changes++
	line, err := compact(c)
	if err != nil {
		return err
	}
	return p.write(comma, line)
}

// End closes the object with its totals.
func (p *PlanJSON) End(t pipeline.PlanTotals) error {
	p.open = false
	p.progress.Clear()
	totals, err := compact(t)
	if err != nil {
		return err
	}
	closing := ""
	if p.of <= 1 {
		closing = "\n"
	} else if p.begun == p.of {
		closing = "]\n"
	}
	return p.write("],\n", `"totals": `, totals, "}", closing)
}

// Fail closes a document that was begun with "error" in the place of "totals". It returns false when
// none is open, and the error is still to be told.
func (p *PlanJSON) Fail(failure error) (bool, error) {
	p.progress.Clear()
	if p.begun == 0 || !p.open && p.begun >= p.of {
		return false, nil
	}
	e, err := compact(view.ErrorOf(failure))
	if err != nil {
		return false, err
	}
	closing := "\n"
	if p.of > 1 {
		closing = "]\n"
	}
	opening := "],\n"
	if !p.open {
		opening = ",\n{"
	}
	return true, p.write(opening, `"error": `, e, "}", closing)
}

func (p *PlanJSON) write(parts ...string) error {
	for _, s := range parts {
		if _, err := io.WriteString(p.w, s); err != nil {
			return err
		}
	}
	return nil
}

// compact is json.Marshal without the escapes that are for HTML.
func compact(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

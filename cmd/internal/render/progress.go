package render

import (
	"fmt"
	"io"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Progress shows long work: on a terminal one line that is written over, elsewhere a line for each
// stage that begins. It belongs on standard error, beside the result.
type Progress struct {
	w        io.Writer
	terminal bool
	shown    bool
	pipeline string
	stage    pipeline.StageName
}

// NewProgress returns a Progress on w; a nil w shows nothing.
func NewProgress(w io.Writer, terminal bool) *Progress { return &Progress{w: w, terminal: terminal} }

const eraseLine = "\r\x1b[K"

// Show tells how far the work is.
func (p *Progress) Show(v view.Progress) {
	if p == nil || p.w == nil {
		return
	}
	if p.terminal {
		fmt.Fprint(p.w, eraseLine, clip(progress(v), 78))
		p.shown = true
		return
	}
	if v.Pipeline != p.pipeline || v.Stage != p.stage {
		fmt.Fprintln(p.w, progress(v))
	}
	p.pipeline, p.stage = v.Pipeline, v.Stage
}

// Clear takes the line away, before something else is printed.
func (p *Progress) Clear() {
	if p != nil && p.shown {
		fmt.Fprint(p.w, eraseLine)
		p.shown = false
	}
}

func progress(v view.Progress) string {
	switch {
	case v.Total > 0:
		return fmt.Sprintf("%s: %s %d of %d", clean(v.Pipeline), v.Stage, v.Done, v.Total)
	case v.Done > 0:
		return fmt.Sprintf("%s: %s %d", clean(v.Pipeline), v.Stage, v.Done)
	}
	return fmt.Sprintf("%s: %s", clean(v.Pipeline), v.Stage)
}

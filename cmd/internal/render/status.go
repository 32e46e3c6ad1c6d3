package render

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Status tells how everything stands.
func (o Output) Status(s view.Status) error {
	if o.JSON {
		return o.json(s)
	}
	t := o.text()
	if s.Daemon != nil {
		t.line("daemon: running since %s, process %d, listening on %s", o.when(s.Daemon.Since), s.Daemon.PID, orDash(s.Daemon.Listen))
	} else {
		t.line("daemon: not running")
	}
	t.line("state:  %s (%s)", clean(s.StateDir), humanize.IBytes(uint64(max(s.StateBytes, 0))))
	o.liveConfig(t, s)
	for _, p := range s.Pipelines {
		t.line("")
		o.pipelineStatus(t, p)
	}
	if len(s.Hooks) > 0 {
		t.line("")
	}
	for _, h := range s.Hooks {
		last := "none since the daemon started"
		if h.Last != nil {
			last = "last " + o.when(*h.Last)
		}
		t.line("webhook of %s: %s, %s", clean(h.Source), last, count(h.Waiting, "record")+" to read")
	}
	return t.err
}

func (o Output) pipelineStatus(t *text, p view.PipelineStatus) {
	t.line("%s  %s ↔ %s  %s", t.paint(bold, clean(p.Name)), clean(p.Sources[0]), clean(p.Sources[1]), paintState(t, p.State))
	t.line("  linked:       %d", p.Linked)
	t.line("  conflicts:    %d", p.Conflicts)
	t.line("  quarantined:  %d", p.Quarantined)
	if p.LastSuccess != nil {
		t.line("  last success: %s", o.when(*p.LastSuccess))
	} else {
		t.line("  last success: never")
	}
	next := p.Schedule
	if p.NextRun != nil {
		next = o.when(*p.NextRun) + ", " + p.Schedule
	}
	t.line("  next run:     %s", clean(next))
	if p.Running != nil {
		t.line("  under way:    %s", progress(*p.Running))
	}
	if p.Paused != nil {
		t.line("  %s since %s, %s", t.paint(yellow, "paused"), o.when(p.Paused.At), pausedBy(*p.Paused))
		t.line("    %s `tandem resume %s` lets it go on", t.paint(bold, "remedy:"), clean(p.Name))
	}
	if p.Brake != nil {
		o.brake(t, *p.Brake)
	}
	for _, e := range p.Errors {
		times := ""
		if e.Count > 1 {
			times = fmt.Sprintf(" (%d times)", e.Count)
		}
		t.line("  %s %s%s: %s", t.paint(red, "error"), o.when(e.At), times, clean(e.Message))
		t.line("    %s %s", t.paint(bold, "remedy:"), clean(e.Remedy))
	}
}

func paintState(t *text, s view.PipelineState) string {
	switch s {
	case view.StateActive:
		return t.paint(green, stateWord(s))
	case view.StatePaused:
		return t.paint(yellow, stateWord(s))
	default:
		return t.paint(red, stateWord(s))
	}
}

func stateWord(s view.PipelineState) string {
	if s == view.StateError {
		return "in error"
	}
	return string(s)
}

package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// StatusLine is a status in one line, as a service manager shows it:
// "2 pipelines, 1 in error; 3 conflicts; last success 2026-11-24 15:50:12".
func (o Output) StatusLine(s view.Status) string {
	states := map[view.PipelineState]int{}
	var conflicts, quarantined int
	var last time.Time
	var running []string
	for _, p := range s.Pipelines {
		states[p.State]++
		conflicts += p.Conflicts
		quarantined += p.Quarantined
		if p.LastSuccess != nil && p.LastSuccess.After(last) {
			last = *p.LastSuccess
		}
		if p.Running != nil {
			running = append(running, clean(p.Name))
		}
	}
	var parts []string
	if s.Config.Refused != nil {
		parts = append(parts, "the configuration's files have errors, the old ones run on")
	}
	pipelines := count(len(s.Pipelines), "pipeline")
	var others []view.PipelineState
	for state := range states {
		if state != view.StateActive {
			others = append(others, state)
		}
	}
	slices.Sort(others)
	for _, state := range others {
		pipelines += fmt.Sprintf(", %d %s", states[state], stateWord(state))
	}
	parts = append(parts, pipelines)
	if len(running) > 0 {
		parts = append(parts, "at work: "+strings.Join(running, ", "))
	}
	if conflicts > 0 {
		parts = append(parts, count(conflicts, "conflict"))
	}
	if quarantined > 0 {
		parts = append(parts, fmt.Sprintf("%d in quarantine", quarantined))
	}
	if last.IsZero() {
		return strings.Join(append(parts, "no success yet"), "; ")
	}
	return strings.Join(append(parts, "last success "+o.clock(last)), "; ")
}

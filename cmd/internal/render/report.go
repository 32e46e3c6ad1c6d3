package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Reports tells what cycles did. As JSON it is the report itself, an array where several were asked for.
func (o Output) Reports(reports []pipeline.Report, several bool) error {
	if o.JSON {
		if !several && len(reports) == 1 {
			return o.json(reports[0])
		}
		return list(o, reports)
	}
	t := o.text()
	if len(reports) == 0 {
		t.line("no pipeline is configured")
	}
	for _, r := range reports {
		o.report(t, r)
	}
	return t.err
}

func (o Output) report(t *text, r pipeline.Report) {
	note := ""
	if r.Note != "" {
		note = ", " + clean(r.Note)
	}
	t.line("%s: %s in %s%s%s", t.paint(bold, clean(r.Pipeline)), paintResult(t, r.Result), seconds(r.Duration), fullPass(r), note)
	for _, label := range slices.Sorted(maps.Keys(r.Seen)) {
		t.line("  %s: %d seen, %s", clean(label), r.Seen[label], writes(r.Writes[label]))
	}
	if r.Refused > 0 {
		t.line("  %s left alone", count(r.Refused, "change"))
	}
	if r.Conflicts.Pending > 0 || r.Conflicts.New > 0 {
		t.line("  %s waiting, %d new: `tandem conflicts`", count(r.Conflicts.Pending, "conflict"), r.Conflicts.New)
	}
	if r.Quarantined > 0 {
		t.line("  %s in quarantine: `tandem quarantine`", count(r.Quarantined, "record"))
	}
	if r.Changed != nil && r.BrakedBy == nil {
		t.line("  %s", definitionChanged(r.Changed))
	}
	if r.BrakedBy != nil && r.Error == nil {
		t.line("  %s %s; nothing was written", t.paint(red, "braked:"), clean(*r.BrakedBy))
	}
	if r.Error != nil {
		t.line("  %s %s", t.paint(red, "error:"), clean(r.Error.Message))
		t.line("  %s %s", t.paint(bold, "remedy:"), clean(r.Error.Remedy))
	}
}

func paintResult(t *text, r pipeline.Result) string {
	switch r {
	case pipeline.ResultDone:
		return t.paint(green, string(r))
	case pipeline.ResultPartial:
		return t.paint(yellow, string(r))
	default:
		return t.paint(red, string(r))
	}
}

func fullPass(r pipeline.Report) string {
	if r.Full {
		return ", full pass"
	}
	return ""
}

func writes(w pipeline.Writes) string {
	if w.Total() == 0 {
		return "nothing written"
	}
	var parts []string
	for _, p := range []struct {
		n    int
		verb string
	}{{w.Create, "created"}, {w.Update, "updated"}, {w.Archive, "archived"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.verb))
		}
	}
	return strings.Join(parts, ", ")
}

func seconds(s pipeline.Seconds) string {
	return time.Duration(s).Round(10 * time.Millisecond).String()
}

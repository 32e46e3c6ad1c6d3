package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// Checks tells the outcome of the tests, one line each, with what to do below what is not well.
func (o Output) Checks(checks []view.SourceCheck) error {
	if o.JSON {
		return list(o, checks)
	}
	t := o.text()
	wide := 0
	count := map[pipeline.Grade]int{}
	for _, c := range checks {
		for _, l := range c.Checks {
			wide = max(wide, utf8.RuneCountInString(clean(l.Name)))
			count[l.Grade]++
		}
	}
	for _, c := range checks {
		t.line("%s (%s)", t.paint(bold, clean(c.Source)), clean(c.Kind))
		for _, l := range c.Checks {
			name := clean(l.Name)
			pad := strings.Repeat(" ", wide-utf8.RuneCountInString(name))
			t.line("  %s  %s%s  %s", paintGrade(t, l.Grade), name, pad, clean(l.Detail))
			if l.Remedy != "" {
				t.line("  %s%s %s", strings.Repeat(" ", widestGrade+2+wide+2), t.paint(bold, "remedy:"), clean(l.Remedy))
			}
		}
	}
	t.line("%s", tally(count))
	return t.err
}

// widestGrade is the length of "untested".
const widestGrade = 8

func paintGrade(t *text, g pipeline.Grade) string {
	color := map[pipeline.Grade]string{
		pipeline.GradePassed: green, pipeline.GradeFailed: red, pipeline.GradeWarning: yellow, pipeline.GradeUntested: dim,
	}[g]
	return t.paint(color, string(g)+strings.Repeat(" ", max(widestGrade-len(g), 0)))
}

// tally sums up: "12 ok, 1 warning, 2 failed".
func tally(count map[pipeline.Grade]int) string {
	var parts []string
	for _, g := range []pipeline.Grade{pipeline.GradePassed, pipeline.GradeWarning, pipeline.GradeFailed, pipeline.GradeUntested} {
		if count[g] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[g], g))
		}
	}
	return strings.Join(parts, ", ")
}

package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// TestDetail is what is told of tests beside those that fail.
type TestDetail struct {
	Passed   bool // the tests that pass, too
	Coverage bool // what no test expects anything of
}

// Tests tells the outcome of the tests of a configuration.
func (o Output) Tests(run view.TestRun, detail TestDetail) error {
	if o.JSON {
		return o.json(run)
	}
	t := o.text()
	if len(run.Diagnostics) > 0 && len(run.Tests) == 0 {
		return nil // they are on standard error
	}
	for _, test := range run.Tests {
		place := t.paint(dim, fmt.Sprintf("%s:%d", clean(test.File), test.Line))
		switch {
		case !test.Passed:
			t.line("%s  %s  %s", t.paint(red, "FAIL"), t.paint(bold, clean(test.Name)), place)
		case detail.Passed:
			t.line("%s  %s  %s", t.paint(green, "pass"), clean(test.Name), place)
		}
		for _, f := range test.Failures {
			t.testFailure(f)
		}
		if !test.Passed {
			t.line("")
		}
	}
	sum := t.paint(green, fmt.Sprintf("%d passed", run.Passed))
	if run.Failed > 0 {
		sum = t.paint(red, fmt.Sprintf("%d failed", run.Failed)) + fmt.Sprintf(", %d passed", run.Passed)
	}
	t.line("%s", sum)
	for _, c := range run.Coverage {
		t.coverage(c, detail.Coverage, len(run.Coverage) > 1)
	}
	return t.err
}

func (t *text) testFailure(f view.TestFailure) {
	what := ""
	if f.Field != "" {
		what = t.paint(bold, clean(f.Side)+" "+clean(f.Field)) + ": "
	}
	t.line("  line %d: %s%s", f.Line, what, clean(f.Message))
	switch {
	case f.Expected != nil && f.Got != nil:
		want, got := change(*f.Expected, *f.Got)
		t.line("    expected  %s", t.paint(green, want))
		t.line("    got       %s", t.paint(red, got))
	case f.Expected != nil:
		t.line("    expected  %s", t.paint(green, value(*f.Expected)))
	case f.Got != nil:
		t.line("    got       %s", t.paint(red, value(*f.Got)))
	}
	if f.Rule != "" {
		t.line("    rule      %s", clean(f.Rule))
	}
	if f.Mapping != "" {
		t.line("    mapping   %s", clean(f.Mapping))
	}
	if f.Remedy != "" {
		t.line("    %s    %s", t.paint(bold, "remedy"), clean(f.Remedy))
	}
}

// coverage tells how much of a pipeline is tested, with what is not where that is asked for.
func (t *text) coverage(c view.TestCoverage, list, several bool) {
	var sides []string
	covered, all := map[string]int{}, map[string]int{}
	note := func(to string, is bool) {
		if !slices.Contains(sides, to) {
			sides = append(sides, to)
		}
		all[to]++
		if is {
			covered[to]++
		}
	}
	const rules = ""
	for _, f := range c.Fields {
		note(f.To, f.Covered)
	}
	slices.Sort(sides)
	for _, r := range c.Rules {
		note(rules, r.Covered)
	}
	var parts []string
	missing := false
	for _, to := range sides {
		what := count(all[to], "field") + " to " + clean(to)
		if to == rules {
			what = count(all[to], "conflict rule")
		}
		parts = append(parts, fmt.Sprintf("%d of %s", covered[to], what))
		missing = missing || covered[to] < all[to]
	}
	whose := ""
	if several {
		whose = " of " + clean(c.Pipeline)
	}
	line := fmt.Sprintf("coverage%s: %s", whose, strings.Join(parts, ", "))
	if missing && !list {
		line += t.paint(dim, "; --coverage lists the rest")
	}
	t.line("%s", line)
	if list {
		t.uncovered(c)
	}
}

func (t *text) uncovered(c view.TestCoverage) {
	for _, f := range c.Fields {
		if !f.Covered {
			t.line("  no test  %s to %s  %s", clean(f.Field), clean(f.To), t.paint(dim, clean(f.Mapping)))
		}
	}
	for _, r := range c.Rules {
		if !r.Covered {
			t.line("  no test  a conflict by %s", clean(r.Rule))
		}
	}
}

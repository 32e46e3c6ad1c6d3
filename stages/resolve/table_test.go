package resolve_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

var update = flag.Bool("update", false, "write the tables into docs/merge.md")

const page = "../../docs/merge.md"

// TestVerdictTable prints what Resolve decides, for each combination of what happened to a field or to a
// record, and holds the tables of docs/merge.md equal to it. After a change of the merge, -update writes
// them; the difference is what the change means to users.
func TestVerdictTable(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for _, part := range []struct {
		name string
		make func(*testing.T) string
	}{{"fields", fieldTable}, {"directions", directionTable}, {"computed", computedTable}, {"records", recordTable}} {
		name, table := part.name, part.make(t)
		t.Logf("%s\n%s", name, table)
		begin, end := fmt.Sprintf("<!-- %s: generated -->\n", name), fmt.Sprintf("<!-- end of %s -->\n", name)
		before, rest, ok := strings.Cut(got, begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("%s has no place for the table of %s", page, name)
		}
		got = before + begin + table + end + after
	}
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if d := cmp.Diff(string(text), got); d != "" {
		t.Errorf("docs/merge.md is not what Resolve decides; see whether that is meant, then run this test with -update (-page +decided):\n%s", d)
	}
}

// course is what happened to a field of a pair, and how a person would say it.
type course struct {
	left, right, equal string
	pair               pair
}

func courses() []course {
	return []course{
		{"same", "same", "–", pair{[2]string{"a", "a"}, [2]string{"a", "a"}, false}},
		{"changed", "same", "no", pair{[2]string{"a", "a"}, [2]string{"b", "a"}, false}},
		{"same", "changed", "no", pair{[2]string{"a", "a"}, [2]string{"a", "b"}, false}},
		{"changed", "changed", "yes", pair{[2]string{"a", "a"}, [2]string{"b", "b"}, false}},
		{"changed", "changed", "no", pair{[2]string{"a", "a"}, [2]string{"b", "c"}, false}},
		{"emptied", "same", "no", pair{[2]string{"a", "a"}, [2]string{"", "a"}, false}},
		{"emptied", "changed", "no", pair{[2]string{"a", "a"}, [2]string{"", "c"}, false}},
		{"emptied", "emptied", "yes", pair{[2]string{"a", "a"}, [2]string{"", ""}, false}},
		{"no base", "no base", "yes", pair{[2]string{}, [2]string{"a", "a"}, true}},
		{"no base", "no base", "no", pair{[2]string{}, [2]string{"a", "b"}, true}},
		{"no base, empty", "no base", "no", pair{[2]string{}, [2]string{"", "b"}, true}},
		{"no base", "no base, empty", "no", pair{[2]string{}, [2]string{"a", ""}, true}},
	}
}

// settling is a strategy with the times that it looks at.
type settling struct {
	name     string
	strategy pipeline.Strategy
	modified [2]time.Time
}

func settlings() []settling {
	latest := pipeline.Strategy{Kind: pipeline.StrategyLatest}
	return []settling{
		{"`manual`", pipeline.Strategy{}, [2]time.Time{}},
		{"`pm`", pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Left}, [2]time.Time{}},
		{"`erp`", pipeline.Strategy{Kind: pipeline.StrategySide, Side: pipeline.Right}, [2]time.Time{}},
		{"`latest`, pm is later", latest, [2]time.Time{noon.Add(time.Hour), noon}},
		{"`latest`, erp is later", latest, [2]time.Time{noon, noon.Add(time.Hour)}},
		{"`latest`, within 2 s or unknown", latest, [2]time.Time{noon, noon.Add(time.Second)}},
	}
}

func fieldTable(t *testing.T) string {
	var table grid
	head := []string{"pm vs its base", "erp vs its base", "equal after mapping?"}
	for _, s := range settlings() {
		head = append(head, s.name)
	}
	table.row(head...)
	for _, c := range courses() {
		row := []string{c.left, c.right, c.equal}
		for _, s := range settlings() {
			row = append(row, decided(t, cycle(s.strategy, [2]bool{true, true}), item(c.pair, s.modified)))
		}
		table.row(row...)
	}
	return table.String()
}

// directionTable is the same for a pipeline or field with direction = "to_erp".
func directionTable(t *testing.T) string {
	var table grid
	toERP := [2]bool{false, true}
	table.row("pm vs its base", "erp vs its base", "equal after mapping?", "`manual`", "`pm`", "`erp`")
	for _, c := range courses()[1:5] {
		row := []string{c.left, c.right, c.equal}
		for _, s := range settlings()[:3] {
			row = append(row, decided(t, cycle(s.strategy, toERP), item(c.pair, s.modified)))
		}
		table.row(row...)
	}
	return table.String()
}

// fate is what happened to the records of a link, or that there is none yet.
type fate struct {
	left, right string
	set         func(it *pipeline.Item)
}

func fates() []fate {
	gone := func(sides ...pipeline.Side) func(*pipeline.Item) {
		return func(it *pipeline.Item) {
			for _, s := range sides {
				it.Records[s], it.Absent[s], it.Proven[s] = nil, true, true
			}
		}
	}
	return []fate{
		{"there", "not there", func(it *pipeline.Item) { it.Link, it.Keys[1], it.Records[1] = nil, "", nil }},
		{"not there", "there", func(it *pipeline.Item) { it.Link, it.Keys[0], it.Records[0] = nil, "", nil }},
		{"not listed once", "same", func(it *pipeline.Item) { it.Records[0], it.Absent[0] = nil, true }},
		{"gone", "same", gone(pipeline.Left)},
		{"same", "gone", gone(pipeline.Right)},
		{"gone", "changed", func(it *pipeline.Item) {
			gone(pipeline.Left)(it)
			it.Records[1].Fields["name"] = text("edited")
		}},
		{"gone", "same, policy carried out before", func(it *pipeline.Item) {
			gone(pipeline.Left)(it)
			it.Link.Gone[pipeline.Left] = true
		}},
		{"back again", "same, policy carried out before", func(it *pipeline.Item) { it.Link.Gone[pipeline.Left] = true }},
		{"gone", "gone", gone(pipeline.Left, pipeline.Right)},
	}
}

func recordTable(t *testing.T) string {
	var table grid
	policies := []pipeline.DeletePolicy{pipeline.DeletesArchive, pipeline.DeletesDelete, pipeline.DeletesIgnore}
	head := []string{"pm's record", "erp's record"}
	for _, p := range policies {
		head = append(head, fmt.Sprintf("`deletes = %q`", p))
	}
	table.row(append(head, "`archive`, direction `to_pm`")...)
	for _, f := range fates() {
		row := []string{f.left, f.right}
		for i := range len(policies) + 1 {
			c := cycle(pipeline.Strategy{}, [2]bool{true, true})
			if i < len(policies) {
				c.Definition.Deletes = policies[i]
			} else {
				toPM := [2]bool{true, false}
				c.Definition.Creates, c.Definition.Removes, c.Definition.Fields[0].Writes = toPM, toPM, toPM
			}
			it := item(pair{[2]string{"a", "a"}, [2]string{"a", "a"}, false}, [2]time.Time{})
			f.set(it)
			row = append(row, decided(t, c, it))
		}
		table.row(row...)
	}
	return table.String()
}

// decided runs the merge and says in a few words what it decided.
func decided(t *testing.T, c *pipeline.Cycle, it *pipeline.Item) string {
	t.Helper()
	for i := range c.Definition.Fields {
		c.Definition.Fields[i].Required = false
	}
	decide(t, c, it)
	if it.Err != nil {
		t.Fatalf("%+v", it.Err)
	}
	switch {
	case it.LeftOut != "":
		return "left out"
	case len(it.Decisions) == 0:
		return "nothing"
	}
	d := it.Decisions[0]
	for s, m := range it.Mutations {
		if m == nil {
			continue
		}
		to, from := c.Definition.Sources[s], c.Definition.Sources[1-s]
		switch {
		case m.Kind == pipeline.Create:
			return "make it in " + to
		case m.Kind == pipeline.Remove:
			return string(m.Removal) + " in " + to
		case d.Conflict:
			return fmt.Sprintf("**%s → %s**", from, to)
		default:
			return fmt.Sprintf("%s → %s", from, to)
		}
	}
	switch {
	case d.Verdict == pipeline.Agree && d.Field == "":
		return "drop the link"
	case d.Verdict == pipeline.Agree:
		return "note only"
	case d.Verdict == pipeline.Wait:
		return "**conflict**"
	case d.Verdict == pipeline.Hold && d.Conflict:
		return "**held**"
	case d.Verdict == pipeline.Hold:
		return "held"
	}
	t.Fatalf("no words for %+v", d)
	return ""
}

// grid is a Markdown table; its first row is the heading.
type grid struct{ rows [][]string }

func (g *grid) row(cells ...string) { g.rows = append(g.rows, cells) }

func (g *grid) String() string {
	var b strings.Builder
	for i, row := range g.rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
	return b.String()
}

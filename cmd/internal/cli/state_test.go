package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// asked runs a command at a terminal where a person types answer.
func asked(t *testing.T, s *apptest.Shop, answer string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := Main(t.Context(), Process{
		Args: append([]string{"-c", s.Dir}, args...), Stdout: &stdout, Stderr: &stderr, Stdin: strings.NewReader(answer),
		StdinTerminal: true, StdoutTerminal: true, StderrTerminal: true,
		Getenv: func(name string) (string, bool) { return "anna", name == "USER" },
	}, Options{Kinds: []pipeline.SourceKind{s.Kind()}})
	return outcome{code, stdout.String(), stderr.String()}
}

// linked is a shop with one linked product.
func linked(t *testing.T) *apptest.Shop {
	t.Helper()
	s := apptest.New(t, nil)
	s.Write(t, `conflict { strategy = "manual" }`, "")
	s.Insert(t, "pm", "Chair", "CH-100")
	tandem(t, s, "sync").want(t, ExitDone)
	return s
}

func exportLines(t *testing.T, s *apptest.Shop, args ...string) (lines []view.ExportLine) {
	t.Helper()
	o := tandem(t, s, append([]string{"state", "export"}, args...)...).want(t, ExitDone)
	for line := range strings.Lines(o.stdout) {
		var l view.ExportLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		lines = append(lines, l)
	}
	return lines
}

// kinds tells of which kinds the lines are.
func kinds(lines []view.ExportLine) map[string]int {
	n := map[string]int{}
	for _, l := range lines {
		for kind, set := range map[string]bool{
			"position": l.Position != nil, "link": l.Link != nil, "unlinked": l.Unlinked != nil, "intent": l.Intent != nil,
			"conflict": l.Conflict != nil, "quarantined": l.Quarantined != nil, "event": l.Event != nil,
		} {
			if set {
				n[kind]++
			}
		}
	}
	return n
}

// The state is told the same with and without a daemon.
func TestStateCommands(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		t.Run(fmt.Sprintf("daemon %v", daemon), func(t *testing.T) {
			s := linked(t)
			s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Stool"))
			s.Edit(t, "erp", "CH-100", "title", pipeline.Text("Bench"))
			tandem(t, s, "sync").want(t, ExitPartial)
			if daemon {
				stop := startDaemon(t, s)
				defer stop()
			}
			tandem(t, s, "state", "check").want(t, ExitDone, "products", "the state is sound")
			check := read[view.StateCheck](t, tandem(t, s, "state", "check", "--json"))
			if !check.OK || len(check.Contents) != 1 || check.Contents[0].Links != 1 || check.Contents[0].Conflicts != 1 {
				t.Errorf("check: %+v", check)
			}
			lines := exportLines(t, s)
			if d := cmp.Diff(map[string]int{"position": 2, "link": 1, "conflict": 1}, kinds(lines)); d != "" {
				t.Errorf("export (-want +got):\n%s", d)
			}
			for _, l := range lines {
				if l.Link != nil && !l.Link.Base["erp"]["sku"].Equal(pipeline.Text("CH-100")) {
					t.Errorf("the link's base is %v", l.Link.Base)
				}
			}
			if n := kinds(exportLines(t, s, "--history"))["event"]; n != 2 {
				t.Errorf("%d events, want the creation and the conflict", n)
			}
			tandem(t, s, "state", "export", "--pipeline", "product").want(t, ExitUsage, `Did you mean "products"?`)
		})
	}
}

func TestForget(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		t.Run(fmt.Sprintf("daemon %v", daemon), func(t *testing.T) {
			s := linked(t)
			s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Stool"))
			s.Edit(t, "erp", "CH-100", "title", pipeline.Text("Bench"))
			tandem(t, s, "sync").want(t, ExitPartial)
			if daemon {
				stop := startDaemon(t, s)
				defer stop()
			}
			tandem(t, s, "state", "forget", "CH-100").want(t, ExitUsage, "nobody can be asked here", "Add --yes.")
			tandem(t, s, "state", "forget", "CH-999", "--yes").want(t, ExitFailed, `no linked record has the key or value "CH-999"`)
			asked(t, s, "n\n", "state", "forget", "CH-100").want(t, ExitDone, "Forget this link? [y/N]", "nothing was dropped")
			asked(t, s, "", "state", "forget", "CH-100").want(t, ExitDone, "nothing was dropped")
			if n := kinds(exportLines(t, s))["link"]; n != 1 {
				t.Fatalf("%d links after a no", n)
			}
			asked(t, s, "y\n", "state", "forget", "CH-100").want(t, ExitDone, "sku=CH-100", "is forgotten in pipeline products")
			if n := kinds(exportLines(t, s)); n["link"] != 0 || n["conflict"] != 0 {
				t.Errorf("left after forgetting: %v", n)
			}
			for _, system := range []string{"pm", "erp"} {
				s.Held(t, system, "CH-100", "title") // fails where the product is gone
			}
			tandem(t, s, "history").want(t, ExitDone, "forget", "by anna", "the next full pass pairs the records anew")
			tandem(t, s, "state", "check").want(t, ExitDone, "the state is sound")

			tandem(t, s, "sync", "--full").want(t, ExitPartial, "1 conflict waiting, 1 new") // the titles differ still
			if n := kinds(exportLines(t, s)); n["link"] != 1 {
				t.Errorf("the records are not paired anew: %v", n)
			}
			for _, system := range []string{"pm", "erp"} {
				if n := len(s.System(system).Snapshot()); n != 1 {
					t.Errorf("%s has %d products, want the one", system, n)
				}
			}
		})
	}
}

// A name that several links go by is refused, with all of them named.
func TestForgetRefusesWhatIsNotClear(t *testing.T) {
	s := linked(t)
	pm := s.Insert(t, "pm", "Another", "1") // its SKU is the first product's key
	tandem(t, s, "sync").want(t, ExitDone)
	tandem(t, s, "state", "forget", "1", "--yes").want(t, ExitUsage, "several linked records", "pm 1", "pm "+string(pm))
	tandem(t, s, "state", "forget", string(pm), "--yes", "--pipeline", "products").want(t, ExitDone, "is forgotten")
}

// raw changes a state directory behind Tandem's back.
func raw(t *testing.T, dir string, change func(*pebble.Batch) error) {
	t.Helper()
	db, err := pebble.Open(dir, &pebble.Options{FormatMajorVersion: pebble.FormatNewest})
	if err != nil {
		t.Fatal(err)
	}
	b := db.NewBatch()
	if err := change(b); err != nil {
		t.Fatal(err)
	}
	if err := b.Commit(pebble.Sync); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedState(t *testing.T) {
	s := linked(t)
	raw(t, s.StateDir(), func(b *pebble.Batch) error { return b.Set([]byte("pproducts\x00\x01c\x00\x01"), []byte("{"), nil) })
	tandem(t, s, "state", "check").want(t, ExitFailed, "problem products: key", "cannot be read", "remedy: Move the directory away")
	if check := read[view.StateCheck](t, tandem(t, s, "state", "check", "--json").want(t, ExitFailed)); check.OK || len(check.Problems) != 1 {
		t.Errorf("check: %+v", check)
	}
	tandem(t, s, "state", "export").want(t, ExitFailed, "cannot be read", "remedy:")
}

// The state of a newer version is refused by every command that needs it, and left as it is.
func TestStateOfANewerVersion(t *testing.T) {
	s := linked(t)
	raw(t, s.StateDir(), func(b *pebble.Batch) error { return b.Set([]byte("v"), []byte("99"), nil) })
	for _, args := range [][]string{{"state", "check"}, {"state", "export"}, {"status"}, {"sync"}, {"state", "forget", "CH-100", "--yes"}} {
		o := tandem(t, s, append(args, "--json")...).want(t, ExitFailed)
		if e := read[failure](t, o).Error; e.Code != string(pipeline.CodeStateVersion) || !strings.Contains(e.Message, "99") || e.Remedy == "" {
			t.Errorf("tandem %v: %+v", args, e)
		}
	}
	raw(t, s.StateDir(), func(b *pebble.Batch) error { return b.Set([]byte("v"), []byte("1"), nil) })
	tandem(t, s, "state", "check").want(t, ExitDone, "the state is sound")
}

// What any earlier release wrote is opened, migrated, sound and whole.
func TestStatesOfEarlierVersions(t *testing.T) {
	fixtures, err := filepath.Glob("../../../pipeline/state/testdata/schema-*.txt")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("there are no fixtures: %v", err)
	}
	for _, fixture := range fixtures {
		t.Run(filepath.Base(fixture), func(t *testing.T) {
			s := apptest.New(t, nil)
			s.Write(t, "", "")
			raw(t, s.StateDir(), func(b *pebble.Batch) error { return restore(b, fixture) })
			tandem(t, s, "state", "check").want(t, ExitDone, "the state is sound")
			n := kinds(exportLines(t, s, "--history"))
			for _, kind := range []string{"position", "link", "unlinked", "intent", "conflict", "quarantined", "event"} {
				if n[kind] == 0 {
					t.Errorf("no %s is left of it: %v", kind, n)
				}
			}
		})
	}
}

// restore reads a fixture: a line per key with its value, both quoted.
func restore(b *pebble.Batch, fixture string) error {
	f, err := os.Open(fixture)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var k, v string
		if _, err := fmt.Sscanf(lines.Text(), "%q %q", &k, &v); err != nil {
			return err
		}
		if err := b.Set([]byte(k), []byte(v), nil); err != nil {
			return err
		}
	}
	return lines.Err()
}

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// priced is a shop whose second cycle carried a title over; it returns that cycle's id.
func priced(t *testing.T) (*apptest.Shop, string) {
	t.Helper()
	s := apptest.New(t, nil)
	s.Write(t, "", "")
	s.Insert(t, "pm", "Chaise", "CH-100")
	tandem(t, s, "sync").want(t, ExitDone)
	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chair"))
	report := read[pipeline.Report](t, tandem(t, s, "sync", "--json").want(t, ExitDone))
	return s, string(report.Cycle)
}

func TestUndoAsks(t *testing.T) {
	for _, tt := range []struct {
		answer string
		title  string
	}{{"y\n", "Chaise"}, {"yes\n", "Chaise"}, {"no\n", "Chair"}, {"\n", "Chair"}, {"", "Chair"}} {
		t.Run("answer "+strings.TrimSpace(tt.answer), func(t *testing.T) {
			s, cycle := priced(t)
			var stdout, stderr bytes.Buffer
			code := Main(t.Context(), Process{
				Args: []string{"-c", s.Dir, "undo", cycle}, Stdout: &stdout, Stderr: &stderr, Stdin: strings.NewReader(tt.answer),
				StdinTerminal: true, StdoutTerminal: true, StderrTerminal: true,
				Getenv: func(name string) (string, bool) { return "anna", name == "USER" },
			}, Options{Version: "1.2.3", Kinds: []pipeline.SourceKind{s.Kind()}})
			if code != ExitDone || !strings.Contains(stdout.String(), "Chaise") {
				t.Errorf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
			}
			if got := s.Held(t, "erp", "CH-100", "title").AsText(); got != tt.title {
				t.Errorf("erp holds %q, want %q", got, tt.title)
			}
		})
	}
}

func TestUndoWithoutATerminal(t *testing.T) {
	s, cycle := priced(t)
	tandem(t, s, "undo", cycle).want(t, ExitDiffers, `"Chair" → "Chaise"`, "--yes writes it")
	tandem(t, s, "undo", cycle, "--json").want(t, ExitDiffers)
	if got := s.Held(t, "erp", "CH-100", "title").AsText(); got != "Chair" {
		t.Fatalf("erp holds %q", got)
	}
	o := tandem(t, s, "undo", cycle, "--yes", "--json").want(t, ExitDone)
	if a := read[view.Asked](t, o); a.Report.By != "anna" || a.Report.Writes["erp"].Update != 1 || a.Refused == nil {
		t.Errorf("got %+v", a)
	}
	tandem(t, s, "undo", cycle).want(t, ExitDone, "is left to take back")
	tandem(t, s, "undo", "nonsense").want(t, ExitFailed, `the history tells of no cycle "nonsense"`)
}

func TestPlanFile(t *testing.T) {
	s, _ := priced(t)
	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Seat"))
	path := filepath.Join(s.Dir, "a.plan")
	tandem(t, s, "plan", "-out", path).want(t, ExitDiffers)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file is %v, %v", info, err)
	}
	tandem(t, s, "plan", "--json", "--out", path).want(t, ExitDiffers)
	tandem(t, s, "apply", path).want(t, ExitDone, "apply of a.plan")
	tandem(t, s, "plan", "-out", filepath.Join(s.Dir, "no", "a.plan")).want(t, ExitUsage, "cannot be kept")

	// A plan that fails leaves the former file as it is, and nothing beside it.
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, "", strings.ReplaceAll(second, "PIPELINE", "prices"))
	tandem(t, s, "plan", "-out", path).want(t, ExitUsage, "a plan that is kept is of one pipeline, there are 2")
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed, %v", err)
	}
	left, err := filepath.Glob(filepath.Join(s.Dir, ".a.plan*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// second is another pipeline of a shop.
const second = `
pipeline "PIPELINE" {
  left  = source.memory.pm
  right = source.memory.erp
  mapping { defaults = true }
}
`

func TestMoment(t *testing.T) {
	now := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		text string
		want time.Time
		ok   bool
	}{
		{"", time.Time{}, true},
		{"90m", now.Add(-90 * time.Minute), true},
		{"2026-11-24", time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), true},
		{"2026-11-24 15:04", time.Date(2026, 11, 24, 15, 4, 0, 0, time.UTC), true},
		{"2026-11-24T15:04:05+01:00", time.Date(2026, 11, 24, 14, 4, 5, 0, time.UTC), true},
		{"-5m", time.Time{}, false},
		{"yesterday", time.Time{}, false},
	} {
		got, err := moment(tt.text, now)
		if (err == nil) != tt.ok || !got.Equal(tt.want) {
			t.Errorf("%q: got %v, %v", tt.text, got, err)
		}
	}
}

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
	"github.com/tandem-sync/tandem/pipeline/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outcome is what a command left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// tandem runs a command on a shop, as a shell would.
func tandem(t *testing.T, s *apptest.Shop, args ...string) outcome {
	t.Helper()
	return command(t.Context(), t, s, append([]string{"-c", s.Dir}, args...)...)
}

func command(ctx context.Context, t *testing.T, s *apptest.Shop, args ...string) outcome {
	t.Helper()
	return watched(ctx, t, s, &lookout{}, args...)
}

// watched is command with a look at standard error while it runs.
func watched(ctx context.Context, t *testing.T, s *apptest.Shop, stderr *lookout, args ...string) outcome {
	t.Helper()
	var stdout bytes.Buffer
	code := Main(ctx, Process{
		Args: args, Stdout: &stdout, Stderr: stderr,
		Getenv: func(name string) (string, bool) { return "anna", name == "USER" },
	}, Options{Version: "1.2.3", Kinds: []pipeline.SourceKind{s.Kind()}})
	o := outcome{code, stdout.String(), stderr.String()}
	if strings.Contains(o.stdout+o.stderr, apptest.Secret) {
		t.Errorf("tandem %v shows a secret:\n%s%s", args, o.stdout, o.stderr)
	}
	return o
}

// want fails the test unless the command ended with that code and told all of these.
func (o outcome) want(t *testing.T, code int, told ...string) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\nstdout: %s\nstderr: %s", o.code, code, o.stdout, o.stderr)
	}
	for _, s := range told {
		if !strings.Contains(o.stdout+o.stderr, s) {
			t.Errorf("nothing says %q\nstdout: %s\nstderr: %s", s, o.stdout, o.stderr)
		}
	}
	return o
}

// read decodes standard output, which must be one JSON document.
func read[T any](t *testing.T, o outcome) T {
	t.Helper()
	var v T
	dec := json.NewDecoder(strings.NewReader(o.stdout))
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, o.stdout)
	}
	if dec.More() {
		t.Errorf("more than one document: %s", o.stdout)
	}
	return v
}

type failure struct {
	Error struct{ Code, Message, Remedy string }
}

func TestUsage(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, "", "")
	for _, tt := range []struct {
		name string
		args []string
		told []string
	}{
		{"unknown command", []string{"snyc"}, []string{`error: "tandem" has no command "snyc"`, "remedy: Did you mean `tandem sync`?"}},
		{"unknown flag", []string{"sync", "--ful"}, []string{"unknown flag: --ful", "`tandem sync --help`"}},
		{"too many arguments", []string{"status", "x"}, []string{`"x"`, "remedy:"}},
		{"missing argument", []string{"conflicts", "show"}, []string{"accepts 1 arg(s)", "`tandem conflicts show --help`"}},
		{"missing --take", []string{"conflicts", "resolve", "abc"}, []string{"--take is missing"}},
		{"variable without a value", []string{"validate", "-var", "vat"}, []string{"-var vat has no value", "NAME=VALUE"}},
		{"unknown subcommand", []string{"conflicts", "shwo"}, []string{`"tandem conflicts" has no command "shwo"`, "`tandem conflicts show`"}},
		{"unknown pipeline", []string{"sync", "product"}, []string{`there is no pipeline "product"`, `Did you mean "products"?`}},
		{"unknown source", []string{"check", "erb"}, []string{`there is no source "erb"`, `Did you mean "erp"?`}},
		{"limit", []string{"history", "--limit", "0"}, []string{"--limit must be at least 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if o := tandem(t, s, tt.args...).want(t, ExitUsage, tt.told...); o.stdout != "" {
				t.Errorf("standard output holds %q", o.stdout)
			}
			o := tandem(t, s, append(tt.args, "--json")...).want(t, ExitUsage)
			if e := read[failure](t, o).Error; e.Code == "" || e.Message == "" || e.Remedy == "" {
				t.Errorf("error is %+v", e)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, "", `variable "vat" { default = 1 }`)
	tandem(t, s, "validate").want(t, ExitDone, "valid")
	tandem(t, s, "validate", "-var", "vat=2").want(t, ExitDone)
	tandem(t, s, "validate", "-var=nope=2").want(t, ExitUsage, "nope")

	s.Write(t, "direktion = \"both\"\n  leftt = 1", "")
	o := tandem(t, s, "validate").want(t, ExitUsage, "direktion", "leftt", "shop.hcl line", "2 errors")
	if strings.Contains(o.stdout, "\x1b[") {
		t.Error("colours without a terminal")
	}
	v := read[struct {
		Valid       bool
		Errors      int
		Diagnostics []struct {
			File string
			Line int
		}
	}](t, tandem(t, s, "validate", "--json").want(t, ExitUsage))
	if v.Valid || v.Errors != 2 || v.Diagnostics[0].Line == 0 || filepath.Base(v.Diagnostics[0].File) != "shop.hcl" {
		t.Errorf("got %+v", v)
	}
	// Every other command tells the same and does nothing.
	tandem(t, s, "sync").want(t, ExitUsage, "direktion", "leftt")
	e := read[failure](t, tandem(t, s, "sync", "--json").want(t, ExitUsage)).Error
	if e.Code != "configuration_invalid" {
		t.Errorf("got %+v", e)
	}
	command(t.Context(), t, s, "validate", "-c", filepath.Join(s.Dir, "none")).want(t, ExitUsage, "no directory")
}

// The life of a catalogue without a daemon, by commands alone.
func TestCommandsByThemselves(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, `conflict { strategy = "manual" }`, "")
	s.Insert(t, "pm", "Chaise", "CH-100")

	tandem(t, s, "status").want(t, ExitDone, "daemon: not running", "last success: never")
	if _, err := os.Stat(s.StateDir()); err == nil {
		t.Error("status has made a state directory")
	}
	tandem(t, s, "check").want(t, ExitDone, "products                     1", "products                     0")
	tandem(t, s, "plan").want(t, ExitDiffers, "+ create", `title: "Chaise"`, "in erp: 1 to create")
	if _, err := os.Stat(s.StateDir()); err == nil {
		t.Error("plan has made a state directory")
	}
	tandem(t, s, "sync").want(t, ExitDone, "products: done", "erp: 0 seen, 1 created")
	tandem(t, s, "plan").want(t, ExitDone, "no differences")
	r := read[pipeline.Report](t, tandem(t, s, "sync", "--json").want(t, ExitDone))
	if r.Pipeline != "products" || r.Result != pipeline.ResultDone || r.Writes["erp"].Total()+r.Writes["pm"].Total() != 0 {
		t.Errorf("the quiet cycle reports %+v", r)
	}

	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chaise bleue"))
	s.Edit(t, "erp", "CH-100", "title", pipeline.Text("Blue chair"))
	tandem(t, s, "plan").want(t, ExitDiffers, "! conflict", `"Chaise bleue" ≠ "Blue chair"`)
	tandem(t, s, "sync").want(t, ExitPartial, "1 conflict waiting, 1 new")
	conflicts := read[[]struct {
		ID     string
		Values map[string]string
	}](t, tandem(t, s, "conflicts", "--json").want(t, ExitDone))
	if len(conflicts) != 1 || conflicts[0].Values["erp"] != "Blue chair" {
		t.Fatalf("conflicts are %+v", conflicts)
	}
	id := conflicts[0].ID
	tandem(t, s, "conflicts", "list").want(t, ExitDone, id, "sku=CH-100")
	tandem(t, s, "conflicts", "show", id).want(t, ExitDone, `"Chaise"`, `"Blue chair"`, "--take erp|pm|VALUE")
	tandem(t, s, "conflicts", "show", "nope").want(t, ExitFailed, `there is no conflict "nope"`, "remedy:")
	tandem(t, s, "conflicts", "resolve", id, "--take", "erp").want(t, ExitDone, "takes the value of erp")
	tandem(t, s, "conflicts", "show", id).want(t, ExitDone, "settled by anna")
	tandem(t, s, "sync").want(t, ExitDone, "pm: 1 seen, 1 updated")
	if got := s.Held(t, "pm", "CH-100", "title"); got.AsText() != "Blue chair" {
		t.Errorf("pm holds %v", got)
	}
	tandem(t, s, "conflicts").want(t, ExitDone, "no conflicts")
	tandem(t, s, "quarantine").want(t, ExitDone, "quarantine is empty")
	tandem(t, s, "quarantine", "retry").want(t, ExitDone, "0 records will be tried again")
	tandem(t, s, "history", "--record", "CH-100").want(t, ExitDone, "create", "by anna", `"Chaise bleue" → "Blue chair"`)
	tandem(t, s, "status").want(t, ExitDone, "linked:       1", "active")
	tandem(t, s, "version").want(t, ExitDone, "tandem 1.2.3")
}

func TestExitCodesOfSync(t *testing.T) {
	kind := memory.NoFault
	s := apptest.New(t, func(_, op string) memory.FaultKind {
		if op == memory.OpDescribe {
			return kind
		}
		return memory.NoFault
	})
	s.Write(t, "limits { creates = 1 }", "")
	s.Insert(t, "pm", "One", "1")
	s.Insert(t, "pm", "Two", "2")
	tandem(t, s, "sync").want(t, ExitBraked, "braked", "remedy:")
	if n := len(s.System("erp").Snapshot()); n != 0 {
		t.Errorf("%d records were made despite the brake", n)
	}
	tandem(t, s, "status").want(t, ExitDone, "braked")
	s.Write(t, "", "")
	tandem(t, s, "sync").want(t, ExitDone)
	kind = memory.DenyAccess
	tandem(t, s, "sync").want(t, ExitFailed, "failed", "remedy:")
	tandem(t, s, "check").want(t, ExitFailed, "failed    login", "remedy:")
	e := read[failure](t, tandem(t, s, "plan", "--json").want(t, ExitFailed)).Error
	if e.Code != string(pipeline.CodeAccessDenied) || e.Remedy == "" {
		t.Errorf("plan tells %+v", e)
	}
}

// Ctrl-C in the middle of the writes: the batch is finished, the rest is left to the next cycle.
func TestInterruptedSync(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := apptest.New(t, func(_, op string) memory.FaultKind {
		if op == memory.OpCreate {
			interrupt()
		}
		return memory.NoFault
	})
	s.Write(t, "", "")
	const products = 250 // three batches
	for i := range products {
		s.Insert(t, "pm", "Chaise", strconv.Itoa(i))
	}
	o := command(ctx, t, s, "-c", s.Dir, "sync", "--json").want(t, ExitFailed)
	r := read[pipeline.Report](t, o)
	made := len(s.System("erp").Snapshot())
	if r.Error == nil || r.Error.Code != pipeline.CodeStopped || made == 0 || made == products || r.Writes["erp"].Create != made {
		t.Errorf("%d records were made, the report tells %d, error %+v", made, r.Writes["erp"].Create, r.Error)
	}
	tandem(t, s, "sync").want(t, ExitDone)
	if made = len(s.System("erp").Snapshot()); made != products {
		t.Errorf("in the end the erp has %d records, want %d", made, products)
	}
	tandem(t, s, "plan").want(t, ExitDone, "no differences")
}

func TestSeveralPipelines(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, "", `pipeline "names" {
  left  = source.memory.pm
  right = source.memory.erp
  mapping { defaults = true }
}`)
	s.Insert(t, "pm", "Chaise", "CH-100")
	if plans := read[[]struct{ Pipeline string }](t, tandem(t, s, "plan", "--json").want(t, ExitDiffers)); len(plans) != 2 {
		t.Errorf("plans are %+v", plans)
	}
	if reports := read[[]pipeline.Report](t, tandem(t, s, "sync", "--json").want(t, ExitDone)); len(reports) != 2 {
		t.Errorf("reports are %+v", reports)
	}
	if r := read[pipeline.Report](t, tandem(t, s, "sync", "names", "--json").want(t, ExitDone)); r.Pipeline != "names" {
		t.Errorf("report is %+v", r)
	}
}

// startDaemon runs `tandem run` until the returned function is called, which returns its outcome.
func startDaemon(t *testing.T, s *apptest.Shop) (stop func() outcome) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan outcome, 1)
	listening := &lookout{text: `"msg":"listening"`, seen: make(chan struct{})}
	go func() { done <- watched(ctx, t, s, listening, "-c", s.Dir, "run") }()
	select {
	case <-listening.seen:
	case o := <-done:
		t.Fatalf("the daemon has ended: %+v", o)
	}
	return func() outcome {
		cancel()
		return <-done
	}
}

// lookout keeps what is written and closes seen once it holds text.
type lookout struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	text string
	seen chan struct{}
}

func (w *lookout) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.buf.Write(b)
	if w.text != "" && strings.Contains(w.buf.String(), w.text) {
		w.text = ""
		close(w.seen)
	}
	return n, err
}

// next is closed once text is written.
func (w *lookout) next(text string) chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text, w.seen = text, make(chan struct{})
	return w.seen
}

func (w *lookout) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// Commands hold the state for a moment: whoever comes meanwhile waits for its end.
func TestWaitsForAnotherCommand(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, `schedule { manual = true }`, "")
	held, err := state.Open(s.StateDir(), state.Options{})
	if err != nil {
		t.Fatal(err)
	}
	let := time.AfterFunc(300*time.Millisecond, func() { _ = held.Close() })
	defer let.Stop()
	tandem(t, s, "sync").want(t, ExitDone)
}

func TestCommandsThroughTheDaemon(t *testing.T) {
	s := apptest.New(t, nil)
	s.Write(t, `schedule { manual = true }`, "")
	s.Insert(t, "pm", "Chaise", "CH-100")
	stop := startDaemon(t, s)
	tandem(t, s, "status").want(t, ExitDone, "daemon: running since")
	tandem(t, s, "check").want(t, ExitDone, "products                     1")
	tandem(t, s, "plan").want(t, ExitDiffers, "+ create", `title: "Chaise"`)
	tandem(t, s, "sync").want(t, ExitDone, "erp: 0 seen, 1 created")
	tandem(t, s, "sync", "nope").want(t, ExitUsage, `there is no pipeline "nope"`)
	tandem(t, s, "history").want(t, ExitDone, "create")
	tandem(t, s, "run").want(t, ExitFailed, "error:", "remedy:") // a second daemon
	if e := read[failure](t, tandem(t, s, "run", "--json").want(t, ExitFailed)).Error; e.Code != string(pipeline.CodeStateLocked) {
		t.Errorf("a second daemon is told %+v", e)
	}

	// A shell without what the daemon has still reaches it.
	s.Write(t, "", `locals { missing = env("ONLY_THE_DAEMON_HAS_IT") }`)
	tandem(t, s, "validate").want(t, ExitUsage)
	tandem(t, s, "status").want(t, ExitDone, "daemon: running since")

	stop().want(t, ExitDone, `"msg":"stopped"`)
	s.Write(t, "", "")
	tandem(t, s, "status").want(t, ExitDone, "daemon: not running", "linked:       1")
}

func TestDaemonRunsItsSchedule(t *testing.T) {
	cycles := make(chan struct{}, 100)
	s := apptest.New(t, func(system, op string) memory.FaultKind {
		if system == "erp" && op == memory.OpDescribe {
			cycles <- struct{}{}
		}
		return memory.NoFault
	})
	s.Write(t, `schedule { every = "1s" }`, "")
	s.Insert(t, "pm", "Chaise", "CH-100")
	stop := startDaemon(t, s)
	for range 2 {
		select {
		case <-cycles:
		case <-time.After(20 * time.Second):
			t.Fatal("no cycle")
		}
	}
	o := stop().want(t, ExitDone, `"msg":"cycle ended"`)
	for line := range strings.Lines(o.stderr) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is not JSON: %s", line)
		}
	}
}

// Secrets are planted in the configuration; every command is looked through by command().
func TestNoSecretInTroubledOutputs(t *testing.T) {
	kind := memory.NoFault
	s := apptest.New(t, func(string, string) memory.FaultKind { return kind })
	s.Write(t, "log = 1", "") // an error beside the secrets
	for _, args := range [][]string{{"validate"}, {"validate", "--json"}, {"sync"}, {"sync", "--json"}, {"run"}} {
		tandem(t, s, args...).want(t, ExitUsage)
	}
	s.Write(t, "", "")
	kind = memory.DenyAccess
	for _, args := range [][]string{{"check"}, {"plan"}, {"sync"}, {"status"}, {"status", "--json"}, {"check", "--json"}} {
		tandem(t, s, args...)
	}
}

func TestLongFlags(t *testing.T) {
	c := &cli{}
	got := longFlags(c.root(), []string{"plan", "-var", "a=1", "-var=b=2", "-c", "dir", "-cdir", "-json", "-x", "--", "-var"})
	want := []string{"plan", "--var", "a=1", "--var=b=2", "-c", "dir", "-cdir", "--json", "-x", "--", "-var"}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %q, want %q", got, want)
	}
}

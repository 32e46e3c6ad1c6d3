package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

var update = flag.Bool("update", false, "write the golden files and docs/errors.md")

// golden compares got with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test -update writes it:\n%s", path, diff)
	}
}

var (
	now    = time.Date(2026, 11, 24, 15, 55, 0, 0, time.UTC)
	before = now.Add(-5 * time.Minute)
	brake  = "updates"
)

func price(s string) pipeline.Value {
	v, err := pipeline.ParseNumber(s)
	if err != nil {
		panic(err)
	}
	return v
}

var (
	chair    = pipeline.Values{"sku": pipeline.Text("CH-100"), "ean": pipeline.Text("4006381333931")}
	bothKeys = map[string]pipeline.Key{"pm": "12", "erp": "44"}
	// evil is what a product must not do to a terminal.
	evil = pipeline.Text("red\x1b[31m\r\nnext\u202e")

	reports = []pipeline.Report{
		{
			Pipeline: "products", Cycle: "20261124T155012Z-0003", Result: pipeline.ResultPartial, Full: true,
			Seen:      map[string]int{"pm": 60, "erp": 14},
			Writes:    map[string]pipeline.Writes{"pm": {Create: 2, Update: 3}, "erp": {}},
			Conflicts: pipeline.ConflictCount{New: 1, Pending: 1}, Quarantined: 2, Started: before,
			Duration: pipeline.Seconds(1240 * time.Millisecond),
		},
		{
			Pipeline: "prices", Cycle: "20261124T155012Z-0004", Result: pipeline.ResultBraked, BrakedBy: &brake, Started: before,
			Error: &pipeline.Problem{Code: pipeline.CodeBraked, Message: "40 updates are due with 60 linked records; the limit is 50%", Remedy: "See what they are with `tandem plan prices`."},
		},
	}

	conflict = view.Conflict{
		ID: "c0ffee12", Pipeline: "products", Keys: bothKeys, Match: chair, Field: "price",
		Base:   map[string]pipeline.Value{"pm": price("19.99"), "erp": price("16.66")},
		Values: map[string]pipeline.Value{"pm": price("21"), "erp": {}},
		Times:  map[string]*time.Time{"pm": &before, "erp": nil}, Rule: `strategy "manual" of field "price" (shop.hcl:41)`, Since: before,
	}

	computed = view.Conflict{
		ID: "c0ffee13", Pipeline: "products", Keys: bothKeys, Match: chair, Field: "slug",
		Base:     map[string]pipeline.Value{"pm": {}, "erp": pipeline.Text("chair")},
		Values:   map[string]pipeline.Value{"pm": {}, "erp": pipeline.Text("best-chair")},
		Computed: map[string]pipeline.Value{"pm": pipeline.Text("oak-chair")},
		Times:    map[string]*time.Time{"pm": &before, "erp": nil}, Since: before,
		Rule: `strategy "manual" (shop.hcl:41); computed anew: title changed on pm`,
	}

	plans = []pipeline.PlannedChange{
		{Side: "erp", Action: pipeline.PlanCreate, Keys: map[string]pipeline.Key{"pm": "12"}, Match: chair, Fields: []pipeline.PlannedField{
			{Name: "title", After: evil, Rule: "defaults"}, {Name: "price", After: price("16.66"), Rule: "shop.hcl:33"},
		}},
		{Side: "pm", Action: pipeline.PlanUpdate, Keys: bothKeys, Match: chair, Fields: []pipeline.PlannedField{
			{Name: "description", Before: pipeline.Text(strings.Repeat("a long text, ", 20) + "old end"), After: pipeline.Text(strings.Repeat("a long text, ", 20) + "new end"), Rule: "defaults"},
			{Name: "ean", Before: pipeline.Text("4006381333931"), Rule: "defaults"},
		}},
		{Side: "pm", Action: pipeline.PlanConflict, Keys: bothKeys, Match: chair, Note: conflict.Rule, Fields: []pipeline.PlannedField{
			{Name: "price", Before: price("21"), After: price("22"), Rule: conflict.Rule},
		}},
		{Side: "erp", Action: pipeline.PlanArchive, Keys: map[string]pipeline.Key{"erp": "45"}, Match: pipeline.Values{"sku": pipeline.Text("CH-200")}, Note: `deletes = "archive" (shop.hcl:60)`},
		{Side: "pm", Action: pipeline.PlanError, Keys: map[string]pipeline.Key{"pm": "13"}, Note: `"Chaise" pairs with erp 7 and erp 8`},
	}
	totals = pipeline.PlanTotals{
		Writes:    map[string]pipeline.Writes{"pm": {Update: 1}, "erp": {Create: 1, Archive: 1}},
		Conflicts: 1, Errors: 1, Unchanged: 57, BrakedBy: &brake,
	}
)

func status() view.Status {
	next := now.Add(4*time.Minute + 12*time.Second)
	return view.Status{
		Version: "1.2.3", Daemon: &view.Daemon{PID: 4711, Since: now.Add(-26 * time.Hour), Listen: "127.0.0.1:9477"},
		StateDir: "/var/lib/tandem", StateBytes: 12 << 20, Config: view.Config{Hash: "abc", Generation: 1},
		Pipelines: []view.PipelineStatus{
			{
				Name: "products", Sources: [2]string{"pm", "erp"}, State: view.StateError, Schedule: "every 5m", Linked: 60,
				Conflicts: 1, Quarantined: 2, LastSuccess: &before, LastCycle: &reports[0], NextRun: &next,
				Running: &view.Progress{Pipeline: "products", Stage: pipeline.StageWrite, Done: 20, Total: 53},
				Errors: []view.Trouble{{
					At: before, Code: pipeline.CodeConnectionRefused, Message: "erp.example:8069 refuses the connection",
					Remedy: "Start the server or correct `url`.", Count: 3,
				}},
			},
			{Name: "prices", Sources: [2]string{"pm", "erp"}, State: view.StateActive, Schedule: "manual", Errors: []view.Trouble{}},
			{
				Name: "stock", Sources: [2]string{"pm", "erp"}, State: view.StatePaused, Schedule: "cron 0 6 * * * Europe/Paris, full 0 3 * * 0 Europe/Paris",
				Paused: &view.Pause{By: "anna", At: before, Reason: "stocktaking"}, Errors: []view.Trouble{},
			},
		},
	}
}

// feed gives a sink what a backend would.
func feed(sink view.PlanSink, of int) error {
	for i := range of {
		name := []string{"products", "prices"}[i]
		if err := sink.Begin(view.PlanHead{Pipeline: name, Sources: [2]string{"pm", "erp"}, Of: of}); err != nil {
			return err
		}
		end := totals
		if i == 0 {
			for _, c := range plans {
				if err := sink.Change(c); err != nil {
					return err
				}
			}
		} else {
			end = pipeline.PlanTotals{Writes: map[string]pipeline.Writes{}, Unchanged: 60}
		}
		if err := sink.End(end); err != nil {
			return err
		}
	}
	return nil
}

func planOf(o Output, of int) error {
	if o.JSON {
		return feed(NewPlanJSON(o, nil), of)
	}
	return feed(NewPlanText(o, nil, nil), of)
}

func explanation() view.Explanation {
	return view.Explanation{
		Pipeline: "products", Sources: [2]string{"pm", "erp"}, Keys: bothKeys, Match: chair, Linked: true, PairedAt: &before,
		Missing: []string{}, Modified: map[string]*time.Time{"pm": &before, "erp": nil},
		Fields: []view.ExplainedField{
			{
				Name: "title", Names: map[string]string{"pm": "title", "erp": "name"}, Mapping: "defaults",
				Base:   map[string]pipeline.Value{"pm": pipeline.Text("Chaise"), "erp": pipeline.Text("Chaise")},
				Values: map[string]pipeline.Value{"pm": evil, "erp": pipeline.Text("Chaise")}, Mapped: map[string]pipeline.Value{"erp": evil, "pm": pipeline.Text("Chaise")},
				Decision: pipeline.TakeLeft, Writes: []string{"erp"}, Rule: "changed on pm only",
			},
			{
				Name: "price", Names: map[string]string{"pm": "price", "erp": "list_price"}, Mapping: "shop.hcl:33",
				Base: conflict.Base, Values: conflict.Values, Mapped: map[string]pipeline.Value{"erp": price("17.50")},
				Decision: pipeline.Wait, Writes: []string{}, Rule: conflict.Rule,
			},
			{
				Name: "sku", Names: map[string]string{"pm": "sku", "erp": "default_code"}, Mapping: "defaults", Writes: []string{},
				Base: map[string]pipeline.Value{}, Values: map[string]pipeline.Value{"pm": chair["sku"], "erp": chair["sku"]}, Mapped: map[string]pipeline.Value{},
			},
		},
		Changes: plans[1:2], Conflicts: []view.Conflict{conflict},
		Quarantine: &view.Quarantined{ID: "9a8b7c6d", Code: pipeline.CodeDuplicate, Message: "the barcode is that of erp 45", Remedy: "Correct one of the two.", Attempts: 2, NextTry: now.Add(time.Hour)},
		History: []view.Event{
			{
				Seq: 9, At: before, Pipeline: "products", Cycle: reports[0].Cycle, Kind: "update", Side: "erp", Keys: bothKeys, Match: chair, By: "anna", Note: "apply of shop.plan",
				Fields: []view.EventField{{Name: "price", Before: price("16.66"), After: price("17.50"), Rule: "shop.hcl:33"}},
			},
		},
	}
}

func TestRenderings(t *testing.T) {
	settled := conflict
	settled.Resolution = &view.Resolution{Take: "value", Value: price("20"), By: "anna", At: now}
	whole := conflict
	whole.Field, whole.ID = "", "c0ffee13"
	file := []byte("source \"odoo\" \"erp\" {\n  urll = \"http://x\"\n}\n")
	diags := hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Unknown attribute", Detail: "There is no `urll` here. Did you mean \"url\"?",
		Subject: &hcl.Range{Filename: "shop.hcl", Start: hcl.Pos{Line: 2, Column: 3, Byte: 24}, End: hcl.Pos{Line: 2, Column: 7, Byte: 28}},
	}, {Severity: hcl.DiagWarning, Summary: "Left out", Detail: "stock_quantity is not synced yet."}}
	files := map[string]*hcl.File{"shop.hcl": {Bytes: file}}
	for name, show := range map[string]func(Output) error{
		"report":       func(o Output) error { return o.Reports(reports[:1], false) },
		"reports":      func(o Output) error { return o.Reports(reports, true) },
		"status":       func(o Output) error { return o.Status(status()) },
		"conflicts":    func(o Output) error { return o.Conflicts([]view.Conflict{conflict, settled, whole}) },
		"no_conflicts": func(o Output) error { return o.Conflicts(nil) },
		"conflict":     func(o Output) error { return o.Conflict(conflict) },
		"computed":     func(o Output) error { return o.Conflict(computed) },
		"paused": func(o Output) error {
			return o.Paused([]view.Held{
				{Pipeline: "products", Pause: &view.Pause{By: "anna", At: now, Reason: "stocktaking"}, Changed: true, Running: &view.Progress{Pipeline: "products"}},
				{Pipeline: "prices", Pause: &view.Pause{By: "anna", At: now}, Changed: true},
				{Pipeline: "stock", Pause: &view.Pause{By: "bruno", At: before, Reason: "new\x1bwarehouse"}},
			})
		},
		"resumed": func(o Output) error {
			return o.Resumed([]view.Held{{Pipeline: "products", Pause: &view.Pause{By: "anna", At: before}, Changed: true}, {Pipeline: "prices"}})
		},
		"resolved": func(o Output) error { return o.Resolved(settled) },
		"quarantine": func(o Output) error {
			return o.Quarantine([]view.Quarantined{{
				ID: "9a8b7c6d", Pipeline: "products", Keys: map[string]pipeline.Key{"pm": "12"}, Match: chair, Code: pipeline.CodeDuplicate,
				Message: "the barcode 4006381333931 is that of erp 45 already", Remedy: "Correct one of the two.", Attempts: 2, Since: before, Last: before, NextTry: now.Add(time.Hour),
			}})
		},
		"history": func(o Output) error {
			return o.History([]view.Event{
				{
					Seq: 9, At: before, Pipeline: "products", Cycle: reports[0].Cycle, Kind: "update", Side: "erp", Keys: bothKeys, Match: chair,
					Fields: []view.EventField{{Name: "price", Before: price("16.66"), After: price("17.50"), Rule: "shop.hcl:33"}}, Rule: "one-sided change",
				},
				{
					Seq: 8, At: before, Pipeline: "products", Cycle: reports[0].Cycle, Kind: "conflict", Keys: bothKeys, Match: chair, By: "anna",
					Fields: []view.EventField{{Name: "title", Values: map[string]pipeline.Value{"pm": evil, "erp": pipeline.Text("b")}}}, Note: "a note",
				},
			})
		},
		"checks": func(o Output) error {
			return o.Checks([]view.SourceCheck{
				{Source: "pm", Kind: "products_manager", OK: true, Checks: []pipeline.Check{
					{Name: "connection", Grade: pipeline.GradePassed, Detail: "the server answers"},
					{Name: "own synchronization", Grade: pipeline.GradeWarning, Detail: "it is on", Remedy: "Switch it off."},
					{Name: "right to write", Grade: pipeline.GradeUntested, Detail: "cannot be seen"},
				}},
				{Source: "erp", Kind: "odoo", Checks: []pipeline.Check{{Name: "database", Grade: pipeline.GradeFailed, Detail: `Odoo has no database "shop"`, Code: pipeline.CodeDatabaseNotFound, Remedy: "Correct `database`."}}},
			})
		},
		"diagnostics": func(o Output) error { return o.Validated(diags, files, "/etc/tandem") },
		"failure": func(o Output) error {
			return o.Failure(&pipeline.Error{Code: pipeline.CodeStateLocked, Message: "process 7 uses /state", Cause: errors.New("locked")})
		},
		"tests":        func(o Output) error { return o.Tests(testRun(), TestDetail{}) },
		"tests_detail": func(o Output) error { return o.Tests(testRun(), TestDetail{Passed: true, Coverage: true}) },
		"version": func(o Output) error {
			return o.Version(view.Version{Version: "1.2.3", Commit: "d3ce5bb15c1f2f0b4a3f6a0a1b2c3d4e5f607182", Go: "go1.26", Platform: "linux/amd64"})
		},
		"state_sound": func(o Output) error {
			return o.StateCheck(view.StateCheck{OK: true, StateDir: "/var/lib/tandem", Bytes: 3 << 20, Contents: []view.StateInventory{
				{Pipeline: "products", Configured: true, Links: 2500, Conflicts: 1, Events: 9000, Reports: 1000}, {Pipeline: "old", Links: 3},
			}, Problems: []view.StateProblem{}})
		},
		"state_damaged": func(o Output) error {
			return o.StateCheck(view.StateCheck{StateDir: "/var/lib/tandem", Contents: []view.StateInventory{}, More: 7, Problems: []view.StateProblem{
				{Pipeline: "products", Message: `key "\x1b[31mred" cannot be read: ` + evil.String(), Remedy: "Move the directory away."},
			}})
		},
		"forgotten": func(o Output) error {
			return o.Forgotten(view.Forgotten{Pipeline: "products", Link: "l1", Keys: bothKeys, Match: chair, Dropped: true})
		},
		"not_forgotten": func(o Output) error {
			return o.Forgotten(view.Forgotten{Pipeline: "products", Link: "l1", Keys: bothKeys, Match: chair})
		},
		"asked": func(o Output) error {
			refused := pipeline.PlannedChange{
				Side: "erp", Action: pipeline.PlanError, Keys: bothKeys, Match: chair, Fields: []pipeline.PlannedField{},
				Note: "price on erp changed since: it was 12, it is 13",
			}
			if !o.JSON {
				if err := o.Refused(refused); err != nil {
					return err
				}
			}
			r := reports[0]
			r.Kind, r.By, r.Note, r.Refused, r.Quarantined = pipeline.CycleUndo, "anna", "undo of 20261124T154512Z-0002", 1, 0
			return o.Asked(view.Asked{Report: r, Refused: []pipeline.PlannedChange{refused}})
		},
		"undo": func(o Output) error {
			var sink view.PlanSink = NewPlanText(o, nil, nil)
			if o.JSON {
				sink = NewPlanJSON(o, nil)
			}
			head := view.PlanHead{Pipeline: "products", Sources: [2]string{"pm", "erp"}, Of: 1, Undo: "20261124T154512Z-0002"}
			return errors.Join(sink.Begin(head), sink.Change(plans[1]), sink.End(pipeline.PlanTotals{
				Writes: map[string]pipeline.Writes{"pm": {Update: 1}, "erp": {}}, Errors: 1,
			}))
		},
		"explanations": func(o Output) error {
			return o.Explanations([]view.Explanation{explanation(), {Pipeline: "prices", Sources: [2]string{"pm", "erp"}, Keys: map[string]pipeline.Key{"pm": "12"}, LeftOut: "outside of the filter", Missing: []string{}}})
		},
		"plan":  func(o Output) error { return planOf(o, 1) },
		"plans": func(o Output) error { return planOf(o, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			var text, coloured, doc bytes.Buffer
			for _, o := range []Output{{W: &text}, {W: &coloured, Color: true}, {W: &doc, JSON: true}} {
				o.Now, o.Zone = now, time.UTC
				if err := show(o); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, filepath.Join("testdata", name+".txt"), text.String())
			golden(t, filepath.Join("testdata", name+".json"), doc.String())
			if strings.ContainsRune(text.String(), 0x1b) {
				t.Error("text without colours holds an escape sequence")
			}
			if strings.Contains(coloured.String(), "red\x1b") {
				t.Error("a value brings its own escape sequence")
			}
			if !json.Valid(doc.Bytes()) {
				t.Errorf("not one JSON document:\n%s", doc.String())
			}
		})
	}
}

// A plan that fails in the middle is still one JSON document, which says so.
func TestPlanJSONFails(t *testing.T) {
	head := view.PlanHead{Pipeline: "products", Sources: [2]string{"pm", "erp"}, Of: 1}
	several := head
	several.Of = 2
	for _, tt := range []struct {
		name string
		feed func(*PlanJSON) error
		told bool
	}{
		{"before it began", func(*PlanJSON) error { return nil }, false},
		{"at once", func(p *PlanJSON) error { return p.Begin(head) }, true},
		{"after a change", func(p *PlanJSON) error { return errors.Join(p.Begin(head), p.Change(plans[0])) }, true},
		{"first of several", func(p *PlanJSON) error { return p.Begin(several) }, true},
		{"between two", func(p *PlanJSON) error { return errors.Join(p.Begin(several), p.End(totals)) }, true},
		{"after the end", func(p *PlanJSON) error { return errors.Join(p.Begin(head), p.End(totals)) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			p := NewPlanJSON(Output{W: &b}, nil)
			if err := tt.feed(p); err != nil {
				t.Fatal(err)
			}
			told, err := p.Fail(&pipeline.Error{Code: pipeline.CodeConnectionLost, Message: "gone"})
			if err != nil || told != tt.told {
				t.Fatalf("Fail returned %v, %v, want %v", told, err, tt.told)
			}
			if told && (!json.Valid(b.Bytes()) || !strings.Contains(b.String(), `"code":"connection_lost"`)) {
				t.Errorf("not a JSON document with the error:\n%s", b.String())
			}
		})
	}
}

func TestProgress(t *testing.T) {
	steps := []view.Progress{
		{Pipeline: "products", Stage: pipeline.StageResolve, Done: 100},
		{Pipeline: "products", Stage: pipeline.StageResolve, Done: 200},
		{Pipeline: "products", Stage: pipeline.StageWrite, Done: 1, Total: 53},
	}
	show := func(terminal bool) string {
		var b bytes.Buffer
		p := NewProgress(&b, terminal)
		for _, s := range steps {
			p.Show(s)
		}
		p.Clear()
		return b.String()
	}
	if got, want := show(false), "products: resolve 100\nproducts: write 1 of 53\n"; got != want {
		t.Errorf("elsewhere: got %q, want %q", got, want)
	}
	got := show(true)
	if strings.Contains(got, "\n") || !strings.HasSuffix(got, eraseLine) || !strings.Contains(got, "resolve 200") {
		t.Errorf("on a terminal: got %q, want one line written over and erased at the end", got)
	}
	var none *Progress // nothing is to be shown
	none.Show(steps[0])
	none.Clear()
}

package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// samples returns the samples of a family, by their labels: `{pipeline=products}`.
func samples(t *testing.T, a *App, name string) map[string]float64 {
	t.Helper()
	families, err := a.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			got[labelsOf(m)] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return got
}

func labelsOf(m *dto.Metric) string {
	var pairs []string
	for _, l := range m.GetLabel() {
		pairs = append(pairs, l.GetName()+"="+l.GetValue())
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// What alerts look at is there before the first cycle of a process, and is what the last process left.
func TestMetricsGoOnOverARestart(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	cfg := s.Config(t, "schedule { every = \"7m\" }\nconflict { strategy = \"manual\" }")
	a := bring(t, cfg, Options{})
	if got := samples(t, a, "tandem_last_success_timestamp_seconds"); len(got) != 0 {
		t.Errorf("a success before the first cycle: %v", got)
	}
	syncOnce(t, a)
	for _, field := range []string{"title", "price"} {
		left, right := pipeline.Text("Chaise bleue"), pipeline.Text("Blue chair")
		if field == "price" {
			left, right = pipeline.Int(1), pipeline.Int(2)
		}
		s.Edit(t, "pm", "CH-100", field, left)
		s.Edit(t, "erp", "CH-100", field, right)
	}
	syncOnce(t, a)
	names := []string{
		"tandem_records", "tandem_conflicts_pending", "tandem_conflicts_oldest_timestamp_seconds", "tandem_brake_engaged",
		"tandem_last_success_timestamp_seconds", "tandem_schedule_interval_seconds", "tandem_state_writable",
	}
	before := map[string]map[string]float64{}
	for _, name := range names {
		before[name] = samples(t, a, name)
	}
	const products = "{pipeline=products}"
	if before["tandem_schedule_interval_seconds"][products] != 420 || before["tandem_conflicts_pending"][products] != 2 ||
		before["tandem_records"]["{pipeline=products,state=conflicted}"] != 1 || before["tandem_state_writable"]["{}"] != 1 {
		t.Errorf("metrics are %v", before)
	}
	if at := before["tandem_last_success_timestamp_seconds"][products]; time.Since(time.UnixMilli(int64(at*1000))) > time.Hour {
		t.Errorf("the last success was at %v", at)
	}
	stopApp(t, a)

	b := bring(t, cfg, Options{})
	for _, name := range names {
		after := samples(t, b, name)
		// The report and the gauge take the end of a cycle one after the other, on a busy machine at some distance.
		for labels, v := range after {
			if d := v - before[name][labels]; name == "tandem_last_success_timestamp_seconds" && d > -30 && d < 30 {
				after[labels] = before[name][labels]
			}
		}
		if diff := cmp.Diff(before[name], after); diff != "" {
			t.Errorf("%s after the restart (-before +after):\n%s", name, diff)
		}
	}
	if got := samples(t, b, "tandem_cycles_total"); len(got) != len(pipeline.Results()) {
		t.Errorf("cycles are %v, want 0 of each result", got)
	}
}

// A cycle under way that gets on can be told from one that does not: from the first records that were listed on.
func TestMetricsTellThatACycleGetsOn(t *testing.T) {
	const name = "tandem_cycle_progress_timestamp_seconds"
	var a *App
	during := map[string]int{}
	s := apptest.New(t, func(_, op string) memory.FaultKind {
		if a != nil && (op == memory.OpDescribe || op == memory.OpCreate) {
			during[op] = len(samples(t, a, name))
		}
		return memory.NoFault
	})
	s.Insert(t, "pm", "Chaise", "CH-100")
	a = bring(t, s.Config(t, ""), Options{})
	syncOnce(t, a)
	if diff := cmp.Diff(map[string]int{memory.OpDescribe: 0, memory.OpCreate: 1}, during); diff != "" {
		t.Errorf("samples during the cycle (-want +got):\n%s", diff)
	}
	if got := samples(t, a, name); len(got) != 0 {
		t.Errorf("between cycles: %v", got)
	}
}

// Metrics follow the conventions, and the values of their labels are names of the configuration or come from a
// list: nothing that the two systems hold can make a new series.
func TestLabelsAreBounded(t *testing.T) {
	ill := memory.NoFault
	s := apptest.New(t, func(system, op string) memory.FaultKind {
		if system == "erp" && op != memory.OpDescribe {
			return ill
		}
		return memory.NoFault
	})
	a := bring(t, s.Config(t, "conflict { strategy = \"manual\" }"), Options{})
	s.Insert(t, "pm", "Chaise", "CH-100")
	s.Insert(t, "pm", "Twin", "DUP")
	s.Insert(t, "erp", "A", "DUP")
	s.Insert(t, "erp", "B", "DUP")
	cycle := func() {
		if _, err := a.Sync(t.Context(), web.SyncRequest{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	cycle()
	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chaise bleue"))
	s.Edit(t, "erp", "CH-100", "title", pipeline.Text("Blue chair"))
	cycle()
	ill = memory.DenyAccess
	cycle()
	observe := a.metrics.observer("pm")
	observe("list", time.Second, nil)
	observe("list", time.Second, &pipeline.Error{Class: pipeline.RateLimited})

	families, err := a.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}

	var codes []string
	for _, e := range pipeline.Catalogue() {
		codes = append(codes, string(e.Code))
	}
	sources := []string{"pm", "erp"}
	classes := []string{"ok"}
	for c := pipeline.Permanent; c <= pipeline.Fatal; c++ {
		classes = append(classes, c.String())
	}
	bounds := map[string][]string{
		"pipeline": {"products"}, "source": sources, "code": codes, "operation": {"list"},
		"stage": {"detect", "fetch", "transform", "resolve", "write"}, "action": {"create", "update", "remove"},
		"state": {"linked", "conflicted", "quarantined"}, "strategy": append([]string{"latest", "manual"}, sources...),
		"hash": {a.current().config.Hash}, "generation": {"1"}, "version": {""},
	}
	results := map[string][]string{
		"tandem_cycles_total":          {"done", "partial", "braked", "failed"},
		"tandem_source_requests_total": classes,
		"tandem_logins_total":          {"ok", "refused", "limited"},
	}
	seen := map[string]bool{}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "tandem_") {
			continue
		}
		seen[f.GetName()] = true
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				allowed := bounds[l.GetName()]
				if l.GetName() == "result" {
					allowed = results[f.GetName()]
				}
				if !slices.Contains(allowed, l.GetValue()) {
					t.Errorf("%s has %s = %q, want one of %q", f.GetName(), l.GetName(), l.GetValue(), allowed)
				}
			}
		}
	}
	for _, name := range []string{"tandem_errors_total", "tandem_conflicts_total", "tandem_writes_total", "tandem_stage_duration_seconds"} {
		if !seen[name] {
			t.Errorf("%s has no sample: the test proves nothing of it", name)
		}
	}
}

package app

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// recording are the samples of the metrics of a day, one a minute.
type recording struct {
	start  time.Time
	names  []string // in the order in which they came
	values map[string][]string
}

// take notes what the metrics are in minute n. Promtool counts time from 0, and so do times here.
func (r *recording) take(t *testing.T, a *App, n int) {
	t.Helper()
	families, err := a.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		name := f.GetName()
		// How full the disk of this machine is belongs to no simulated day.
		if !strings.HasPrefix(name, "tandem_") || strings.HasPrefix(name, "tandem_state_") {
			continue
		}
		for _, m := range f.GetMetric() {
			if m.GetHistogram() != nil {
				continue
			}
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			value := m.GetGauge().GetValue() + m.GetCounter().GetValue()
			if strings.HasSuffix(name, "_timestamp_seconds") {
				value -= float64(r.start.Unix())
			}
			series := name + "{" + strings.Join(labels, ",") + "}"
			if r.values[series] == nil {
				r.names = append(r.names, series)
			}
			for len(r.values[series]) < n {
				r.values[series] = append(r.values[series], "_")
			}
			r.values[series] = append(r.values[series], fmt.Sprint(value))
		}
	}
}

// ringing is an alert that rings from one minute of the day on until another.
type ringing struct {
	alert       string
	from, until time.Duration
}

// minutes is a time of the day, which begins at 12:00.
func minutes(hours, minutes int) time.Duration {
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
}

// test is a file for promtool: the recording, and what rings at every fifth minute.
func (r *recording) test(rules string, day time.Duration, rings []ringing) string {
	var b strings.Builder
	fmt.Fprintf(&b, "rule_files: [%q]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n", rules)
	for _, series := range r.names {
		fmt.Fprintf(&b, "      - {series: '%s', values: '%s'}\n", series, strings.Join(r.values[series], " "))
	}
	b.WriteString("    promql_expr_test:\n")
	for at := time.Duration(0); at < day; at += 5 * time.Minute {
		fmt.Fprintf(&b, "      - eval_time: %s\n        expr: group by (alertname) (ALERTS{alertstate=\"firing\"})\n        exp_samples:\n", at)
		for _, ring := range rings {
			if ring.from <= at && at < ring.until {
				fmt.Fprintf(&b, "          - {labels: '{alertname=%q}', value: 1}\n", ring.alert)
			}
		}
	}
	return b.String()
}

// A day of a shop, in which summer ends: Odoo is down for an hour, a brake holds for one, Products Manager switches
// its webhook off, calls are lost, somebody pauses, the daemon is started anew. The alerts of examples/monitoring
// look at what the daemon really told, minute by minute: they ring when they should, and at no other time.
func TestAlertsOfADay(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("TANDEM_TEST_PROMTOOL") != "" {
			t.Fatal("TANDEM_TEST_PROMTOOL is set, and there is no promtool: ", err)
		}
		t.Skip("there is no promtool; Debian's package prometheus has it")
	}
	const day = 24 * time.Hour
	told := &recording{values: map[string][]string{}}
	synctest.Test(t, func(t *testing.T) {
		f := fastAt(t, time.October, 24, 12, 0)
		told.start = time.Now()
		f.day(told, day)
	})
	rules, err := filepath.Abs("../../../examples/monitoring/tandem.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "day.test.yml")
	text := told.test(rules, day, []ringing{
		// Each lags by what its rule allows; TandemCyclesFailing looks back an hour.
		{"TandemCyclesFailing", minutes(2, 40), minutes(3, 55)},
		{"TandemSourceDown", minutes(2, 20), minutes(3, 5)},
		{"TandemSyncStale", minutes(2, 45), minutes(3, 10)},
		{"TandemBrakeEngaged", minutes(5, 10), minutes(6, 5)},
		{"TandemSyncStale", minutes(5, 45), minutes(6, 5)},
		{"TandemWebhookOff", minutes(8, 15), minutes(10, 5)},
	})
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), tool, "test", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// day lives through the day and records it.
func (f *fast) day(told *recording, day time.Duration) {
	t := f.t
	for n := range 40 {
		f.shop.Insert(t, "pm", "Chaise", fmt.Sprintf("CH-%d", n))
	}
	f.shop.KeepHook("pm")
	f.shop.Write(t, `schedule {
    realtime = true
    every    = "10m"
    jitter   = "0s"
  }`, second("codes", `schedule {
    cron     = "30 2 * * *"
    timezone = "Europe/Paris"
    jitter   = "0s"
  }`))
	f.shop.WriteText(t, strings.Replace(f.shop.Read(t), "daemon {", fmt.Sprintf("daemon {\n  public_url = \"https://tandem.example.com\"\n  token = %q", apptest.Secret), 1))
	f.start()
	// lost: calls do not arrive. edit is an edit in PM, which calls about it.
	lost := false
	edit := func(sku, title string) {
		f.shop.Edit(t, "pm", sku, "title", pipeline.Text(title))
		if !lost {
			f.call("pm", sku)
		}
	}
	arrived := func(sku, title string) {
		t.Helper()
		if got := f.shop.Held(t, "erp", sku, "title").AsText(); got != title {
			t.Errorf("after %v erp has %s as %q, want %q", time.Since(told.start), sku, got, title)
		}
	}
	hold := view.Hold{Pipelines: []string{"products"}, By: "anna"}
	// Polls are at 12:00, 12:10 and so on: what happens a minute later is no race with one.
	events := map[time.Duration]func(){
		minutes(1, 1): func() { edit("CH-100", "called") },
		minutes(1, 2): func() { arrived("CH-100", "called") },

		minutes(2, 1):  func() { f.down.Store(true) },
		minutes(2, 30): func() { edit("CH-100", "during the outage") },
		minutes(3, 1):  func() { f.down.Store(false) },
		minutes(3, 16): func() { arrived("CH-100", "during the outage") },

		minutes(5, 1): func() {
			for n := range 30 {
				edit(fmt.Sprintf("CH-%d", n), "Chair")
			}
		},
		minutes(6, 1): func() {
			arrived("CH-0", "Chaise")
			if _, err := f.app.Approve(context.Background(), view.Approve{Pipeline: "products", By: "anna"}); err != nil {
				t.Error(err)
			}
		},
		minutes(6, 11): func() { arrived("CH-29", "Chair") },

		minutes(8, 1):  func() { f.shop.HookOff("pm"); lost = true; edit("CH-100", "switched off") },
		minutes(8, 11): func() { arrived("CH-100", "switched off") },
		minutes(9, 1):  func() { edit("CH-100", "still off") },
		minutes(9, 11): func() { arrived("CH-100", "still off") },
		minutes(10, 2): func() {
			edit("CH-100", "registered")
			if _, err := f.app.RegisterHook(context.Background(), "pm"); err != nil {
				t.Error(err)
			}
			lost = false
		},
		// The probe sees it within five minutes, and a poll fetches at once what was not called about.
		minutes(10, 6): func() { arrived("CH-100", "registered") },

		minutes(12, 1): func() {
			if _, err := f.app.Pause(context.Background(), hold); err != nil {
				t.Error(err)
			}
			edit("CH-100", "paused")
		},
		minutes(14, 1): func() {
			arrived("CH-100", "registered")
			if _, err := f.app.Resume(context.Background(), hold); err != nil {
				t.Error(err)
			}
		},
		minutes(14, 2): func() { arrived("CH-100", "paused") },

		minutes(16, 1):  func() { lost = true; edit("CH-100", "lost") },
		minutes(16, 11): func() { arrived("CH-100", "lost"); lost = false },

		minutes(20, 5): func() { f.stop(); f.start() },
		minutes(22, 1): func() { edit("CH-100", "after the restart") },
		minutes(22, 2): func() { arrived("CH-100", "after the restart") },
	}
	for n := range int(day / time.Minute) {
		if event := events[time.Duration(n)*time.Minute]; event != nil {
			event()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		told.take(t, f.app, n)
		time.Sleep(59 * time.Second)
	}
	f.want("codes", told.start, "Oct 25 02:30:00 CEST full")
	f.stop()
}

// call is a call of a system about a product.
func (f *fast) call(system, sku string) {
	f.t.Helper()
	_, err := f.app.Hook(f.t.Context(), system, pipeline.HookCall{
		Header: func(string) string { return "" }, Secret: apptest.Secret, Body: fmt.Appendf(nil, `{"key": %q}`, f.shop.KeyOf(f.t, system, sku)),
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

package app

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// Everything here happens in simulated time: a day passes as soon as nobody has anything to do in it.

// fast is a daemon without its server (a listener is never idle, and time would stand still).
type fast struct {
	t    *testing.T
	shop *apptest.Shop
	app  *App
	down atomic.Bool // the erp
}

// fastAt begins at a moment of 2026, in Paris.
func fastAt(t *testing.T, month time.Month, day, hour, minute int) *fast {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(time.Date(2026, month, day, hour, minute, 0, 0, zone)))
	f := &fast{t: t}
	f.shop = apptest.New(t, func(system, op string) memory.FaultKind {
		if f.down.Load() && system == "erp" {
			return memory.Refuse
		}
		return memory.NoFault
	})
	f.shop.Insert(t, "pm", "Chaise", "CH-100")
	return f
}

// start starts a daemon on the configuration as it stands.
func (f *fast) start() {
	f.t.Helper()
	cfg, diags := loading(f.shop)()
	if diags.HasErrors() {
		f.t.Fatal(diags.Errs())
	}
	var err error
	f.app, err = New(f.t.Context(), cfg, Options{
		Load: loading(f.shop), Seed: "here", Clock: Clock{Random: func() float64 { return 0.5 }},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.app.startHooks(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	f.app.follow(f.t.Context())
}

func (f *fast) stop() {
	f.t.Helper()
	stopApp(f.t, f.app)
}

// ran tells the cycles of a pipeline since a moment, oldest first: when they began, in Paris, and how they ended.
func (f *fast) ran(name string, since time.Time) []string {
	f.t.Helper()
	zone, _ := time.LoadLocation("Europe/Paris")
	reports, err := f.app.lanes[name].store.Reports(f.t.Context(), 1000)
	if err != nil {
		f.t.Fatal(err)
	}
	var told []string
	for _, r := range reports {
		if r.Started.Before(since) {
			continue
		}
		line := r.Started.In(zone).Format("Jan 2 15:04:05 MST")
		if r.Full {
			line += " full"
		}
		if r.Result != pipeline.ResultDone {
			line += " " + string(r.Result)
		}
		told = append([]string{line}, told...)
	}
	return told
}

func (f *fast) want(name string, since time.Time, want ...string) {
	f.t.Helper()
	if diff := cmp.Diff(want, f.ran(name, since)); diff != "" {
		f.t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// metric is the value of a metric with that label.
func (f *fast) metric(name, label string) float64 {
	f.t.Helper()
	families, err := f.app.registry.Gather()
	if err != nil {
		f.t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == name && len(m.GetLabel()) == 1 && m.GetLabel()[0].GetValue() == label {
				return m.GetGauge().GetValue()
			}
		}
	}
	f.t.Fatalf("there is no metric %s of %s", name, label)
	return 0
}

func TestDaysOnWhichTheClocksChange(t *testing.T) {
	for _, tt := range []struct {
		name  string
		month time.Month
		day   int
		want  []string
	}{
		{"spring", time.March, 28, []string{"Mar 29 03:00:00 CEST full", "Mar 30 02:30:00 CEST"}},
		{"autumn", time.October, 24, []string{"Oct 25 02:30:00 CEST full", "Oct 25 03:00:00 CET full", "Oct 26 02:30:00 CET"}}, // the very first one is full anyway
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := fastAt(t, tt.month, tt.day, 12, 0)
				f.shop.Write(t, `schedule {
    cron     = "30 2 * * *"
    full     = "0 3 * * 0"
    timezone = "Europe/Paris"
    jitter   = "0s"
  }`, "")
				f.start()
				defer f.stop()
				time.Sleep(48 * time.Hour)
				f.want("products", time.Time{}, tt.want...)
			})
		})
	}
}

func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fastAt(t, time.November, 24, 12, 0)
		f.shop.Write(t, `schedule {
    every  = "20m"
    jitter = "0s"
  }`, second("codes", `schedule {
    cron     = "10 13 * * *"
    timezone = "Europe/Paris"
    jitter   = "0s"
  }`))
		f.start()
		defer f.stop()
		time.Sleep(69 * time.Minute) // until 13:09, the minute before the second one is due for the first time
		if up := f.metric("tandem_source_up", "erp"); up != 1 {
			t.Errorf("tandem_source_up is %v before the outage", up)
		}
		f.down.Store(true)
		out := time.Now()
		time.Sleep(time.Hour)
		if up := f.metric("tandem_source_up", "erp"); up != 0 {
			t.Errorf("tandem_source_up is %v during the outage", up)
		}
		f.down.Store(false)
		time.Sleep(49 * time.Minute)
		if up := f.metric("tandem_source_up", "erp"); up != 1 {
			t.Errorf("tandem_source_up is %v after the outage", up)
		}
		// Eight tries each in the hour; then each goes on once, at its own moment.
		f.want("products", out,
			"Nov 24 13:20:00 CET failed", "Nov 24 13:21:02 CET failed", "Nov 24 13:22:57 CET failed", "Nov 24 13:26:41 CET failed",
			"Nov 24 13:34:00 CET failed", "Nov 24 13:40:00 CET failed", "Nov 24 13:53:36 CET failed", "Nov 24 14:00:00 CET failed",
			"Nov 24 14:13:36 CET", "Nov 24 14:20:00 CET", "Nov 24 14:40:00 CET")
		f.want("codes", out,
			"Nov 24 13:10:00 CET full failed", "Nov 24 13:11:03 CET full failed", "Nov 24 13:13:01 CET full failed", "Nov 24 13:16:49 CET full failed",
			"Nov 24 13:24:17 CET full failed", "Nov 24 13:38:11 CET full failed", "Nov 24 13:52:05 CET full failed", "Nov 24 14:05:58 CET full failed",
			"Nov 24 14:19:52 CET full")
	})
}

func TestRestartedEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fastAt(t, time.November, 24, 12, 1)
		f.shop.Write(t, `schedule {
    every  = "10m"
    jitter = "0s"
  }`, "")
		for range 30 {
			f.start()
			time.Sleep(time.Minute)
			f.stop()
		}
		f.start()
		defer f.stop()
		f.want("products", time.Time{}, "Nov 24 12:01:00 CET full", "Nov 24 12:10:00 CET", "Nov 24 12:20:00 CET", "Nov 24 12:30:00 CET")
	})
}

func TestWhatWasMissedRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fastAt(t, time.November, 23, 12, 0) // a Monday
		f.shop.Write(t, `schedule {
    every    = "6h"
    full     = "0 3 * * 0"
    timezone = "Europe/Paris"
    jitter   = "0s"
  }`, "")
		f.start()
		time.Sleep(time.Hour)
		f.stop()
		time.Sleep(9 * 24 * time.Hour) // Wednesday, 13:00
		since := time.Now()
		f.start()
		time.Sleep(12*time.Hour + time.Minute)
		f.want("products", since, "Dec 2 13:00:00 CET full", "Dec 2 19:00:00 CET", "Dec 3 01:00:00 CET")

		// Paused, the next three are missed.
		hold := view.Hold{Pipelines: []string{"products"}, By: "anna"}
		if _, err := f.app.Pause(t.Context(), hold); err != nil {
			t.Fatal(err)
		}
		if paused := f.metric("tandem_paused", "products"); paused != 1 {
			t.Errorf("tandem_paused is %v", paused)
		}
		since = time.Now()
		time.Sleep(19*time.Hour + 59*time.Minute)
		f.want("products", since)
		if _, err := f.app.Resume(t.Context(), hold); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Hour)
		f.want("products", since, "Dec 3 21:00:00 CET", "Dec 4 01:00:00 CET")
		if paused := f.metric("tandem_paused", "products"); paused != 0 {
			t.Errorf("tandem_paused is %v", paused)
		}
		f.stop()
	})
}

func TestReloadKeepsThePlanOfTheUntouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fastAt(t, time.November, 24, 12, 0)
		mine := `schedule { every = "1h" }`
		f.shop.Write(t, mine, second("codes", `schedule { every = "2h" }`))
		f.start()
		defer f.stop()
		time.Sleep(10 * time.Minute)
		next := func() [2]string {
			s, err := f.app.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var at [2]string
			for i, p := range s.Pipelines {
				at[i] = p.NextRun.UTC().Format(time.RFC3339)
			}
			return at
		}
		before, since := next(), time.Now()
		f.shop.Write(t, mine, second("codes", `schedule { every = "25m" }`))
		if done := reload(t, f.app); !done.OK || fmt.Sprint(done.Replaced) != "[codes]" {
			t.Fatalf("%+v", done)
		}
		synctest.Wait()
		f.want("products", since)
		f.want("codes", since, "Nov 24 12:10:00 CET full") // a changed one runs at once
		if after := next(); after[0] != before[0] || after[1] == before[1] {
			t.Errorf("planned were %v, are %v", before, after)
		}
	})
}

// What a person decides is carried out at once where a pipeline works in real time, and in its turn elsewhere.
func TestDecisionsInRealTime(t *testing.T) {
	for _, tt := range []struct {
		schedule string
		want     []string
	}{
		{"realtime = true\n    every = \"6h\"", []string{"Nov 24 12:00:00 CET full", "Nov 24 12:20:00 CET", "Nov 24 12:30:00 CET"}},
		{"every = \"6h\"", []string{"Nov 24 12:00:00 CET full", "Nov 24 12:20:00 CET"}},
	} {
		t.Run(tt.schedule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := fastAt(t, time.November, 24, 12, 0)
				f.shop.Write(t, "schedule {\n    "+tt.schedule+"\n    jitter = \"0s\"\n  }", "")
				f.start()
				defer f.stop()
				time.Sleep(20 * time.Minute)
				f.shop.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chaise bleue"))
				f.shop.Edit(t, "erp", "CH-100", "title", pipeline.Text("Blue chair"))
				if _, err := f.app.Sync(t.Context(), web.SyncRequest{}, func(view.Progress) {}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Minute)
				waiting, err := f.app.Conflicts(t.Context())
				if err != nil || len(waiting) != 1 {
					t.Fatalf("%d conflicts wait, %v", len(waiting), err)
				}
				if _, err := f.app.Resolve(t.Context(), view.Resolve{ID: waiting[0].ID, Take: "pm", By: "anna"}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(20 * time.Minute)
				f.want("products", time.Time{}, tt.want...)
			})
		})
	}
}

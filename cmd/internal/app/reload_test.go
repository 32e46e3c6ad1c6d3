package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// loading returns what reads the shop's configuration.
func loading(s *apptest.Shop) Loader {
	return func() (*config.Config, hcl.Diagnostics) {
		return config.Load(s.Dir, config.Options{Kinds: []pipeline.SourceKind{s.Kind()}})
	}
}

func reload(t *testing.T, a *App) view.Reload {
	t.Helper()
	done, err := a.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// gauge is the value of a metric without labels.
func gauge(t *testing.T, a *App, name string) float64 {
	t.Helper()
	families, err := a.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// second is a further pipeline between the same systems.
func second(name, extra string) string {
	return fmt.Sprintf("pipeline %q {\n  left  = source.memory.pm\n  right = source.memory.erp\n  match = [\"sku\"]\n  mapping {\n    field \"sku\" { erp = \"sku\" }\n  }\n  %s\n}\n", name, extra)
}

func names(done view.Reload) map[string][]string {
	return map[string][]string{"started": done.Started, "replaced": done.Replaced, "stopped": done.Stopped, "kept": done.Kept}
}

func TestReloadKeepsWhatIsTheSame(t *testing.T) {
	s := apptest.New(t, nil)
	a := bring(t, s.Config(t, ""), Options{Load: loading(s)})
	first := a.current()

	for _, tt := range []struct {
		name           string
		extra, further string
		want           map[string][]string
		changed        bool
	}{
		{"the same", "", "", map[string][]string{"started": {}, "replaced": {}, "stopped": {}, "kept": {"products"}}, false},
		{"a comment", "# note", "", map[string][]string{"started": {}, "replaced": {}, "stopped": {}, "kept": {"products"}}, false},
		{"a new one", "", second("codes", ""), map[string][]string{"started": {"codes"}, "replaced": {}, "stopped": {}, "kept": {"products"}}, true},
		{"a changed one", "", second("codes", `limits { creates = 3 }`), map[string][]string{"started": {}, "replaced": {"codes"}, "stopped": {}, "kept": {"products"}}, true},
		{"a removed one", "", "", map[string][]string{"started": {}, "replaced": {}, "stopped": {"codes"}, "kept": {"products"}}, true},
		{"one that was there before", "", second("codes", ""), map[string][]string{"started": {"codes"}, "replaced": {}, "stopped": {}, "kept": {"products"}}, true},
	} {
		s.Write(t, tt.extra, tt.further)
		generation := a.current().generation
		done := reload(t, a)
		if diff := cmp.Diff(tt.want, names(done)); diff != "" || done.Changed != tt.changed || !done.OK {
			t.Errorf("%s: got %+v (-want +got):\n%s", tt.name, done, diff)
		}
		if tt.changed {
			generation++
		}
		if now := a.current(); now.generation != generation || now.runner("products") != first.runner("products") || now.source("pm") != first.source("pm") {
			t.Errorf("%s: generation %d, want %d; the pipeline is another: %t", tt.name, now.generation, generation, now.runner("products") != first.runner("products"))
		}
	}
	if n := first.source("pm").users; n != 1 {
		t.Errorf("the source counts %d users, want the current configuration alone", n)
	}
}

// Invariant 10 (reload is all or nothing): nothing of a configuration with an error is taken in, and what is
// wrong is told wherever somebody looks.
func TestInvariant10ReloadIsAllOrNothing(t *testing.T) {
	s := apptest.New(t, nil)
	a := bring(t, s.Config(t, ""), Options{Load: loading(s), Version: "1"})
	first := a.current()
	s.Write(t, "", second("codes", "")+"pipeline \"wrong\" { left = source.memory.nobody }\n")
	done := reload(t, a)
	if done.OK || done.Error == nil || done.Error.Code != pipeline.CodeConfiguration || len(done.Diagnostics) == 0 || done.Diagnostics[0].Code == "" {
		t.Errorf("answer %+v", done)
	}
	if a.current() != first {
		t.Error("something was taken in")
	}
	status, err := a.Status(t.Context())
	if err != nil || status.Config.Refused == nil || status.Config.Generation != 1 || status.Config.Refused.Error != *done.Error || len(status.Config.Refused.Diagnostics) == 0 {
		t.Errorf("status %+v, %v", status.Config, err)
	}
	if got := gauge(t, a, "tandem_config_last_reload_successful"); got != 0 {
		t.Errorf("tandem_config_last_reload_successful is %v", got)
	}
	s.Write(t, "", "")
	if done := reload(t, a); !done.OK || done.Changed || done.Config.Refused != nil {
		t.Errorf("after it was put right: %+v", done)
	}
	if got := gauge(t, a, "tandem_config_last_reload_successful"); got != 1 {
		t.Errorf("tandem_config_last_reload_successful is %v after it was put right", got)
	}
}

func TestReloadNamesWhatTakesARestart(t *testing.T) {
	s := apptest.New(t, nil)
	cfg := s.Config(t, "")
	load := func() (*config.Config, hcl.Diagnostics) {
		next, diags := loading(s)()
		next.Daemon.Listen, next.Daemon.StateDir = "127.0.0.1:1", "/elsewhere"
		return next, diags
	}
	a := bring(t, cfg, Options{Load: load})
	s.Write(t, "limits { creates = 1 }", "")
	done := reload(t, a)
	if done.OK || done.Error.Code != pipeline.CodeNeedsRestart || !strings.Contains(done.Error.Message, "state_dir, listen") || a.current().generation != 1 {
		t.Errorf("got %+v", done)
	}
}

// A source whose secret alone changed is another one, although the hash is the same.
func TestReloadNoticesSecrets(t *testing.T) {
	s := apptest.New(t, nil)
	cfg := s.Config(t, "")
	load := func() (*config.Config, hcl.Diagnostics) {
		text := strings.ReplaceAll(s.Read(t), apptest.Secret, apptest.Secret+"-rotated")
		s.WriteText(t, text)
		return loading(s)()
	}
	a := bring(t, cfg, Options{Load: load})
	done := reload(t, a)
	if !done.Changed || !slices.Equal(done.Replaced, []string{"products"}) || done.Config.Hash != cfg.Hash || done.Config.Generation != 2 {
		t.Errorf("got %+v", done)
	}
}

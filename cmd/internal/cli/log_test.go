package cli

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/tandem-sync/tandem/config"
)

func TestDaemonLogger(t *testing.T) {
	for _, tt := range []struct {
		name              string
		format            config.LogFormat
		terminal, journal bool
		first, second     string // how the two lines begin
	}{
		{"on a terminal", config.LogAuto, true, false, "time=", "time="},
		{"in a pipe", config.LogAuto, false, false, `{"time":`, `{"time":`},
		{"in the journal", config.LogAuto, false, true, "<6>msg=begun source=erp", `<3>msg="two\nlines" source=erp in.level=high`},
		{"JSON in the journal", config.LogJSON, false, true, `<6>{"time":`, `<3>{"time":`},
		{"JSON on a terminal", config.LogJSON, true, false, `{"time":`, `{"time":`},
		{"text in a pipe", config.LogText, false, false, "time=", "time="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			c := &cli{Process: Process{Stderr: &out, StderrTerminal: tt.terminal, StderrJournal: tt.journal}}
			l := c.daemonLogger(tt.format, slog.LevelInfo).With("source", "erp")
			l.Debug("not told")
			l.Info("begun")
			l.WithGroup("in").Error("two\nlines", "level", "high")
			lines := strings.Split(out.String(), "\n")
			if len(lines) != 3 || !strings.HasPrefix(lines[0], tt.first) || !strings.HasPrefix(lines[1], tt.second) {
				t.Errorf("got %q", out.String())
			}
		})
	}
}

// Records of many goroutines keep their own priority.
func TestJournalPriorities(t *testing.T) {
	var out bytes.Buffer
	c := &cli{Process: Process{Stderr: &out, StderrJournal: true}}
	l := c.daemonLogger(config.LogAuto, slog.LevelDebug)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				l.Warn("warning")
				l.With("a", 1).Debug("debug")
			}
		})
	}
	all.Wait()
	for line := range strings.Lines(out.String()) {
		if line != "<4>msg=warning\n" && line != "<7>msg=debug a=1\n" {
			t.Fatalf("got %q", line)
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 800 {
		t.Errorf("got %d lines", n)
	}
}

package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/tandem-sync/tandem/config"
)

// daemonLogger is the logger that the daemon block describes. Where standard error is the journal each line begins
// with its priority, which the journal takes off again; a text for it has neither time nor level, since the journal
// keeps both beside the line.
func (c *cli) daemonLogger(format config.LogFormat, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	text := format == config.LogText || format == config.LogAuto && (c.StderrTerminal || c.StderrJournal)
	w := c.Stderr
	lines := &journalLines{w: c.Stderr}
	if c.StderrJournal {
		w = lines
		if text {
			o.ReplaceAttr = withoutTimeAndLevel
		}
	}
	var h slog.Handler = slog.NewJSONHandler(w, o)
	if text {
		h = slog.NewTextHandler(w, o)
	}
	if c.StderrJournal {
		h = journalHandler{h, lines}
	}
	return slog.New(h)
}

func withoutTimeAndLevel(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return slog.Attr{}
	}
	return a
}

// journalHandler has each record written with its priority, as sd-daemon(3) describes it.
type journalHandler struct {
	slog.Handler
	lines *journalLines
}

func (h journalHandler) Handle(ctx context.Context, r slog.Record) error {
	h.lines.mu.Lock()
	defer h.lines.mu.Unlock()
	h.lines.priority = priority(r.Level)
	return h.Handler.Handle(ctx, r)
}

func (h journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return journalHandler{h.Handler.WithAttrs(attrs), h.lines}
}

func (h journalHandler) WithGroup(name string) slog.Handler {
	return journalHandler{h.Handler.WithGroup(name), h.lines}
}

// journalLines writes the lines of one record at a time, while mu is held.
type journalLines struct {
	w        io.Writer
	mu       sync.Mutex
	priority int
}

// Write gets a whole line: the handlers of slog write each record with one call.
func (l *journalLines) Write(line []byte) (int, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<%d>%s", l.priority, line)
	if _, err := l.w.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(line), nil
}

// priority is that of syslog.
func priority(l slog.Level) int {
	switch {
	case l >= slog.LevelError:
		return 3
	case l >= slog.LevelWarn:
		return 4
	case l >= slog.LevelInfo:
		return 6
	}
	return 7
}

package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config/watch"
	"github.com/tandem-sync/tandem/pipeline"
)

const (
	// lookEvery is how often it is looked whether a cycle has ended.
	lookEvery = 500 * time.Millisecond
	// mostEvents is how many events are read at once: more than one cycle of this catalogue makes.
	mostEvents = 500
	// mostTold is how many events of one cycle are told.
	mostTold = 4
)

// watcher tells of each cycle that did something: those of the schedule and those that somebody asked for.
type watcher struct {
	*demo
	cycle   pipeline.CycleID // the last one that was looked at
	seq     uint64           // of the last event that was told
	failure string           // the last one that was told
}

// watch takes changes of the configuration in, and tells of them and of what cycles do, until ctx ends.
func (d *demo) watch(ctx context.Context, after pipeline.Report) error {
	w := &watcher{demo: d, cycle: after.Cycle}
	if _, err := w.news(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	edited := make(chan struct{}, 1)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { d.watchFiles(ctx, edited) })
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-edited:
			if err := d.reload(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		case <-tick.C:
		}
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// watchFiles asks for a reload whenever the configuration may have been edited.
func (d *demo) watchFiles(ctx context.Context, edited chan<- struct{}) {
	o := watch.Options{Quiet: watch.DefaultQuiet, Patience: watch.DefaultPatience, Logger: d.logger}
	err := watch.Dir(ctx, d.dir, o, func() {
		select {
		case edited <- struct{}{}:
		default:
		}
	})
	if err != nil {
		d.logger.Error("edits of the configuration are not noticed by themselves; `tandem reload` takes them in", "error", err)
	}
}

// reload takes the configuration in, and tells what became of it unless nothing changed.
func (d *demo) reload(ctx context.Context) error {
	done, err := d.app.Reload(ctx)
	if err != nil || done.OK && !done.Changed {
		return err
	}
	// The file has warnings from the start: the keys of the stand-ins stand in it.
	done.Diagnostics = slices.DeleteFunc(done.Diagnostics, func(d view.Diagnostic) bool { return d.Severity == "warning" })
	fmt.Fprintf(d.text, "\n%s  the configuration was edited:\n", time.Now().Format(time.TimeOnly))
	return render.Output{W: d.text, Now: time.Now()}.Reload(done)
}

// look tells what has happened since it was called last, if a cycle has ended.
func (w *watcher) look(ctx context.Context) error {
	status, err := w.app.Status(ctx)
	if err != nil {
		return err
	}
	if len(status.Pipelines) == 0 { // the user took it out
		return nil
	}
	last := status.Pipelines[0].LastCycle
	if last == nil || last.Cycle == w.cycle {
		return nil
	}
	w.cycle = last.Cycle
	events, err := w.news(ctx)
	if err != nil {
		return err
	}
	for len(events) > 0 {
		n := slices.IndexFunc(events, func(e view.Event) bool { return e.Cycle != events[0].Cycle })
		if n < 0 {
			n = len(events)
		}
		w.say(events[0].At, line(events[:n]))
		events = events[n:]
	}
	failure := ""
	if last.Error != nil {
		failure = fmt.Sprintf("the cycle failed: %s %s", last.Error.Message, last.Error.Remedy)
	}
	if failure != "" && failure != w.failure {
		w.say(last.Started, failure)
	}
	w.failure = failure
	return nil
}

// news returns the events that were not read yet, the oldest first.
func (w *watcher) news(ctx context.Context) ([]view.Event, error) {
	events, err := w.app.History(ctx, view.HistoryQuery{Limit: mostEvents})
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e view.Event) bool { return e.Seq <= w.seq })
	slices.SortFunc(events, func(a, b view.Event) int { return int(a.Seq) - int(b.Seq) })
	if len(events) > 0 {
		w.seq = events[len(events)-1].Seq
	}
	return events, nil
}

func (w *watcher) say(at time.Time, what string) {
	fmt.Fprintf(w.text, "%s  %s\n", at.Local().Format(time.TimeOnly), what)
}

// line tells what one cycle did.
func line(events []view.Event) string {
	var told []string
	for _, e := range events[:min(len(events), mostTold)] {
		told = append(told, sentence(e))
	}
	if more := len(events) - len(told); more > 0 {
		told = append(told, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(told, "; ")
}

func sentence(e view.Event) string {
	name := visible(e.Match["sku"].String())
	if name == "" {
		name = "a product without SKU"
	}
	var fields []string
	for _, f := range e.Fields {
		fields = append(fields, fmt.Sprintf("%s %s → %s", f.Name, short(f.Before), short(f.After)))
	}
	switch e.Kind {
	case "create":
		return fmt.Sprintf("%s made in %s", name, e.Side)
	case "update":
		return fmt.Sprintf("%s in %s: %s", name, e.Side, strings.Join(fields, ", "))
	case "archive", "delete":
		return fmt.Sprintf("%s %sd in %s", name, e.Kind, e.Side)
	case "agree":
		return name + ": both sides were changed to the same"
	case "conflict":
		return fmt.Sprintf("%s: the two sides differ in %s, which waits for you (tandem conflicts)", name, cmp.Or(e.Fields[0].Name, "whether it is there"))
	case "link":
		return name + " paired"
	case "quarantine":
		return name + " goes into quarantine: " + visible(e.Note)
	case "release":
		return name + " leaves quarantine"
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %s %s", name, e.Kind, visible(e.Note)))
}

// short shows a value on a part of a line.
func short(v pipeline.Value) string {
	const most = 40
	r := []rune(visible(v.String()))
	if len(r) > most {
		r = append(r[:most], '…')
	}
	switch v.Kind() {
	case pipeline.KindNull:
		return "nothing"
	case pipeline.KindText:
		return fmt.Sprintf("%q", string(r))
	}
	return string(r)
}

// visible leaves out what could play tricks with a terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
}

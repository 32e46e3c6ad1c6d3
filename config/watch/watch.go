package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Options of a watch.
type Options struct {
	// Quiet is how long nothing must have happened before a change is told: an editor or a deployment
	// does several things in a row.
	Quiet time.Duration
	// Patience is how long a change is kept back at most.
	Patience time.Duration
	// Files, if set, tells of the files elsewhere that matter too, each time all of them. They need not exist. Where they
	// are not those told of before, a change is told, since one may have been missed.
	Files  <-chan []string
	Logger *slog.Logger
}

// The defaults.
const (
	DefaultQuiet    = 250 * time.Millisecond
	DefaultPatience = 2 * time.Second
)

// Dir calls changed, once at the beginning and then whenever the files in dir may have changed, until ctx
// ends. dir need not exist. It returns an error when the system does not let it watch, nil when ctx ended.
func Dir(ctx context.Context, dir string, o Options, changed func()) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("watching the configuration: %w", err)
	}
	kernel, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching the configuration: %w", err)
	}
	w := &watcher{dir: dir, logger: o.Logger, kernel: kernel, known: map[string]os.FileInfo{}}
	w.files.Store(&[]string{})
	w.refresh()
	changed()
	events := w.events(ctx, o.Files)
	settle(ctx, o, events, func() {
		w.refresh() // first: what changes after the files were read must be noticed
		changed()
	})
	err = kernel.Close()
	for range events { // until nobody sends any more
		continue
	}
	return err
}

// watcher keeps the kernel's watches on the way to a directory.
type watcher struct {
	dir    string
	logger *slog.Logger
	kernel *fsnotify.Watcher
	known  map[string]os.FileInfo // what is watched under that name
	way    atomic.Pointer[way]    // what is on the way since the last refresh
	files  atomic.Pointer[[]string]
	told   bool // that something cannot be watched
}

// refresh watches what is on the way now. It looks again until nothing changed while it looked.
func (w *watcher) refresh() {
	for {
		files := *w.files.Load()
		before := wayTo(w.dir, files)
		w.way.Store(&before)
		for dir := range w.known {
			if _, ok := before[dir]; !ok {
				w.forget(dir)
			}
		}
		for dir := range before {
			w.watch(dir)
		}
		if maps.EqualFunc(before, wayTo(w.dir, files), slices.Equal[[]string]) {
			return
		}
	}
}

func (w *watcher) watch(dir string) {
	info, err := os.Stat(dir)
	if err != nil {
		return // gone again: refresh looks again
	}
	if known := w.known[dir]; known != nil {
		if os.SameFile(known, info) && slices.Contains(w.kernel.WatchList(), dir) {
			return
		}
		w.forget(dir) // another directory has the name
	}
	if err := w.kernel.Add(dir); err != nil {
		if !w.told && !errors.Is(err, os.ErrNotExist) {
			w.told = true
			w.logger.Warn("a directory on the way to the configuration cannot be watched; SIGHUP and `tandem reload` take changes in", "directory", dir, "error", err)
		}
		return
	}
	w.known[dir] = info
}

func (w *watcher) forget(dir string) {
	delete(w.known, dir)
	_ = w.kernel.Remove(dir) // the kernel may have dropped it by itself
}

// events passes on that something happened that matters.
func (w *watcher) events(ctx context.Context, files <-chan []string) <-chan struct{} {
	happened := make(chan struct{})
	go func() {
		defer close(happened)
		for {
			select {
			case e, ok := <-w.kernel.Events:
				if !ok {
					return
				}
				if !w.way.Load().matters(e.Name) {
					continue
				}
			case err, ok := <-w.kernel.Errors:
				if !ok {
					return
				}
				w.logger.Debug("events of the configuration's directory were lost", "error", err)
			case now := <-files:
				if now = absolute(now); slices.Equal(now, *w.files.Load()) {
					continue
				}
				w.files.Store(&now)
			case <-ctx.Done():
				return
			}
			select {
			case happened <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return happened
}

// absolute returns the paths from the root, sorted. Those that have none, since the working directory is gone, are left out.
func absolute(paths []string) []string {
	all := make([]string, 0, len(paths))
	for _, p := range paths {
		if a, err := filepath.Abs(p); err == nil {
			all = append(all, a)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

package app

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state"
)

// StateUse is what an App wants of the state directory.
type StateUse uint8

// The uses. StateWrite and StateRead take the lock of the directory: a second process is refused.
const (
	// StateWrite opens the state and makes the directory if need be.
	StateWrite StateUse = iota
	// StateRead opens the state if there is one. Where there is none an empty one in memory serves.
	StateRead
	// StateNone opens nothing: what is asked of the App must not need it.
	StateNone
)

// openState is an opened state. The zero openState is that of StateNone.
type openState struct {
	state  *state.State
	onDisk bool
	// spoolDir is where temporary files go: on the disk of the state, since the system's directory
	// for them is often in memory. "" is the system's directory.
	spoolDir string
}

func open(dir string, opt Options, logger *slog.Logger, clock Clock) (openState, error) {
	if opt.State == StateNone {
		return openState{}, nil
	}
	o := state.Options{Logger: logger, Now: clock.Now, HistoryEvents: opt.HistoryEvents}
	s := openState{onDisk: true, spoolDir: dir}
	if opt.State == StateRead && !exists(dir) {
		o.FS = vfs.NewMem()
		s = openState{}
	}
	var err error
	s.state, err = state.Open(dir, o)
	return s, err
}

// exists tells whether there is anything in dir. What cannot be read is there: opening it tells why not.
func exists(dir string) bool {
	entries, err := os.ReadDir(dir)
	return len(entries) > 0 || err != nil && !errors.Is(err, os.ErrNotExist)
}

// pipeline returns the state of one pipeline, nil for StateNone.
func (s openState) pipeline(ctx context.Context, d *pipeline.Definition) (pipeline.Store, error) {
	if s.state == nil {
		return nil, nil
	}
	return s.state.Pipeline(ctx, d.Name, d.Match)
}

// bytes is how much of the disk the state takes.
func (s openState) bytes() int64 {
	if !s.onDisk {
		return 0
	}
	n, err := s.state.Bytes()
	if err != nil {
		return 0 // the state is being closed, or is in trouble that is told elsewhere
	}
	return int64(n)
}

// Close implements io.Closer.
func (s openState) Close() error {
	if s.state == nil {
		return nil
	}
	return s.state.Close()
}

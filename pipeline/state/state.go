package state

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/state/internal/kv"
)

// What is kept when Options do not say otherwise.
const (
	DefaultHistoryEvents = 100_000
	DefaultHistoryAge    = 90 * 24 * time.Hour
)

// Options are what a state may be given. The zero value is right for a daemon, apart from the logger.
type Options struct {
	FS     vfs.FS           // nil is the operating system's
	Now    func() time.Time // nil is time.Now; the age of history is measured by it
	Random io.Reader        // nil is crypto/rand; keys are made of it
	Logger *slog.Logger     // nil discards
	// HistoryEvents and HistoryAge bound the history of each pipeline; 0 is the default. Both are kept
	// within some hundred events, since old events leave in small steps.
	HistoryEvents int
	HistoryAge    time.Duration

	// indexStep is how many records one update of a rebuilt index covers: few enough to let a cycle in
	// between. 0 is 1,000.
	indexStep  int
	retry      time.Duration // see kv.Options
	memTable   int           // see kv.Options
	migrations []migration
}

// State is an open state directory.
type State struct {
	db      *kv.DB
	options Options

	mu     sync.Mutex
	stores map[string]*store
}

// Open opens the state in dir, and makes the directory if there is none. Its errors are of code
// state_locked (another process has it), state_version (a newer Tandem wrote it), state_damaged or
// state_disk.
func Open(dir string, o Options) (*State, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.HistoryEvents == 0 {
		o.HistoryEvents = DefaultHistoryEvents
	}
	if o.HistoryAge == 0 {
		o.HistoryAge = DefaultHistoryAge
	}
	if o.indexStep == 0 {
		o.indexStep = 1000
	}
	if o.migrations == nil {
		o.migrations = migrations()
	}
	db, err := kv.Open(dir, kv.Options{FS: o.FS, Logger: o.Logger, Retry: o.retry, MemTable: o.memTable})
	if err != nil {
		return nil, err
	}
	if err := migrate(context.Background(), db, o.migrations, dir); err != nil {
		_ = db.Close() // what matters is why it cannot be used
		return nil, err
	}
	return &State{db: db, options: o, stores: map[string]*store{}}, nil
}

// Pipeline returns the store of a pipeline, which need not be known yet. match holds the mapping names of
// its match fields, those that Owners finds; when they are others than before, the index is built anew,
// which takes a second or so for each 50,000 links. All stores of one name are the same.
func (s *State) Pipeline(ctx context.Context, name string, match []string) (pipeline.Store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stores[name]
	if st == nil {
		st = &store{db: s.db, key: pipelineKey(name), options: &s.options}
	}
	if err := st.setMatch(ctx, match); err != nil {
		return nil, err
	}
	s.stores[name] = st
	return st, nil
}

// Pipelines returns the names of the pipelines that something is stored of, sorted.
func (s *State) Pipelines(ctx context.Context) ([]string, error) {
	var names []string
	err := s.db.Read(ctx, func(r *kv.Reader) error {
		prefix, start := []byte{keyPipeline}, []byte{keyPipeline}
		for start != nil {
			found := ""
			var next []byte
			err := r.Scan(prefix, start, func(k, _ []byte) error {
				name, _, err := cutText(k[1:])
				if err != nil {
					return s.db.Damaged(err)
				}
				found, next = name, kv.End(pipelineKey(name))
				return kv.ErrStop
			})
			if err != nil {
				return err
			}
			if next != nil {
				names = append(names, found)
			}
			start = next
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// Err returns why the state cannot be written at present (a full disk, say), nil if it can.
func (s *State) Err() error { return s.db.Err() }

// Bytes returns how much of the disk the state takes.
func (s *State) Bytes() (uint64, error) { return s.db.Bytes() }

// Close waits for the calls under way and closes the state. It returns an error of code state_disk if
// the disk takes nothing; the state is then left as by a killed process, which loses nothing that was
// confirmed.
func (s *State) Close() error { return s.db.Close() }

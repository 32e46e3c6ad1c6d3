package kv

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	cacheSize    = 32 << 20
	memTableSize = 8 << 20 // what is in memory and the log alone
)

// Options are what a DB may be given. The zero value is the local disk.
type Options struct {
	FS     vfs.FS        // nil is the operating system's
	Logger *slog.Logger  // nil discards
	Retry  time.Duration // between two attempts of a write that failed; 0 is a second
	// MemTable is how many bytes are kept in memory before they are written to a table; 0 is 8 MB.
	MemTable int
}

// DB is an open store. All methods may be called from several goroutines.
type DB struct {
	dir    string
	files  vfs.FS
	guard  *guard
	pebble *pebble.DB
	seat   chan struct{} // held by the one writer

	mu     sync.Mutex
	users  int           // calls under way
	closed bool          // no call may begin
	idle   chan struct{} // closed once closed is set and users is 0
}

// Open opens the store in dir and makes it if there is none. Errors are *pipeline.Error of code
// state_locked, state_version, state_damaged or state_disk.
func Open(dir string, o Options) (*DB, error) {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Retry == 0 {
		o.Retry = time.Second
	}
	if o.MemTable == 0 {
		o.MemTable = memTableSize
	}
	d := &DB{
		dir: dir, files: o.FS, guard: newGuard(o.FS, dir, o.Logger, o.Retry),
		seat: make(chan struct{}, 1), idle: make(chan struct{}),
	}
	if err := d.open(o.MemTable); err != nil {
		return nil, openError(dir, err)
	}
	writePid(d.files, dir, d.guard.protect)
	return d, nil
}

// open opens Pebble. If the disk holds that up, it gives up, and what comes of it later is closed.
func (d *DB) open(memTable int) error {
	var settled atomic.Bool
	err := d.attempt(func() (err error) {
		if d.pebble, err = pebble.Open(d.dir, d.options(memTable)); err != nil {
			return err
		}
		if settled.Swap(true) {
			return d.pebble.Close()
		}
		return nil
	})
	if err != nil && settled.Swap(true) {
		return nil // it was opened in the very moment of giving up
	}
	return err
}

func (d *DB) options(memTable int) *pebble.Options {
	o := &pebble.Options{
		FS:                 d.guard,
		Logger:             d.guard,
		EventListener:      d.guard.listener(),
		FormatMajorVersion: pebble.FormatNewest,
		CacheSize:          cacheSize,
		MemTableSize:       uint64(memTable),
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return o
}

// attempt runs f, which writes, and waits for its end, but no longer than the disk takes part. f goes on
// by itself then.
func (d *DB) attempt(f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	for {
		select {
		case err := <-done:
			return err
		case <-d.guard.stuck():
		}
		select {
		case err := <-done: // it ended beside the trouble of something else
			return err
		default:
		}
		if trouble := d.guard.waits(); trouble != nil {
			return trouble
		}
	}
}

// Read calls f with a view of the store that does not change under it.
func (d *DB) Read(ctx context.Context, f func(*Reader) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.leave()
	snapshot := d.pebble.NewSnapshot()
	defer func() { _ = snapshot.Close() }() // fails for a snapshot closed twice only
	return f(&Reader{ctx: ctx, dir: d.dir, source: snapshot})
}

// Update calls f, and no other update beside it, and stores what f wrote whole or not at all. It is
// durable when Update returns without an error. After an error of code state_disk it may be stored yet,
// whole, once the disk takes it.
func (d *DB) Update(ctx context.Context, f func(*Tx) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	if err := d.sit(ctx); err != nil {
		d.leave()
		return err
	}
	tx := &Tx{Reader: Reader{ctx: ctx, dir: d.dir, source: d.pebble}, batch: d.pebble.NewBatch()}
	end := func() {
		_ = tx.batch.Close() // fails for a batch closed twice only
		<-d.seat
		d.leave()
	}
	if err := f(tx); err != nil || tx.batch.Empty() {
		end()
		return err
	}
	err := d.attempt(func() error {
		defer end()
		return tx.batch.Commit(pebble.Sync)
	})
	if fatal := d.guard.fatal(); fatal != nil {
		return fatal // Fatalf returned to Pebble, which took the commit for good
	}
	return err
}

// sit waits for the writer's seat, but not while the disk takes nothing.
func (d *DB) sit(ctx context.Context) error {
	for {
		stuck := d.guard.stuck()
		if trouble := d.guard.waits(); trouble != nil {
			return trouble
		}
		select {
		case d.seat <- struct{}{}:
			return nil
		case <-stuck:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// enter begins a call; leave ends it.
func (d *DB) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if fatal := d.guard.fatal(); fatal != nil {
		return fatal
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return errClosed(d.dir)
	}
	d.users++
	return nil
}

func (d *DB) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users--
	if d.closed && d.users == 0 {
		close(d.idle)
	}
}

// Close waits for the calls under way and closes the store. While the disk takes nothing it returns the
// reason at once and leaves the store as a killed process would: nothing durable is lost by that.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	if d.users == 0 {
		close(d.idle)
	}
	d.mu.Unlock()
	return d.attempt(func() error {
		<-d.idle
		removePid(d.files, d.dir)
		if err := d.pebble.Close(); err != nil {
			return brokenError(d.dir, err)
		}
		return nil
	})
}

// Err returns why the store cannot be written at present, nil if it can.
func (d *DB) Err() error {
	if fatal := d.guard.fatal(); fatal != nil {
		return fatal
	}
	if trouble := d.guard.waits(); trouble != nil {
		return trouble
	}
	return nil
}

// Bytes returns the size of the store's files. Pebble's own figure leaves out the log in use.
func (d *DB) Bytes() (uint64, error) {
	if err := d.enter(context.Background()); err != nil {
		return 0, err
	}
	defer d.leave()
	names, err := d.files.List(d.dir)
	if err != nil {
		return 0, damagedError(d.dir, err)
	}
	total := uint64(0)
	for _, name := range names {
		if info, err := d.files.Stat(d.files.PathJoin(d.dir, name)); err == nil { // else it was removed meanwhile
			total += uint64(info.Size())
		}
	}
	return total, nil
}

// Damaged returns the error for content that cannot be understood.
func (d *DB) Damaged(cause error) error { return damagedError(d.dir, cause) }

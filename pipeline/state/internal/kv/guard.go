package kv

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
)

// guard is the file system that Pebble is given. Operations that write do not fail: they wait until they
// succeed, and trouble tells why. It is Pebble's logger and event listener too, to catch what is left.
type guard struct {
	vfs.FS
	dir     string
	log     *slog.Logger
	retry   time.Duration     // between two attempts of a write that failed
	protect func(name string) // makes a file its owner's alone, where the file system has owners

	mu      sync.Mutex
	waiting int             // operations that wait for the disk
	trouble *pipeline.Error // why the last of them waits
	lasting *pipeline.Error // why one of them waits for ever
	ill     chan struct{}   // closed while any of them waits
	broken  *pipeline.Error // why nothing can be done any more until the process restarts
	said    string          // the last background error that was logged
}

func newGuard(inner vfs.FS, dir string, log *slog.Logger, retry time.Duration) *guard {
	g := &guard{FS: inner, dir: dir, log: log, retry: retry, ill: make(chan struct{})}
	g.protect = func(string) {}
	if inner == vfs.Default {
		g.protect = func(name string) { _ = os.Chmod(name, 0o600) }
	}
	return g
}

// waits returns why a write waits for the disk, nil if none does.
func (g *guard) waits() *pipeline.Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.waiting == 0:
		return nil
	case g.lasting != nil:
		return g.lasting
	}
	return g.trouble
}

// stuck returns a channel that is closed while a write waits for the disk.
func (g *guard) stuck() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ill
}

// fatal returns why the store cannot be used at all, nil if it can.
func (g *guard) fatal() *pipeline.Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.broken
}

// persist runs op until it succeeds.
func (g *guard) persist(op func() error) {
	err := op()
	if err == nil {
		return
	}
	g.fallIll(diskError(g.dir, err))
	for err != nil {
		time.Sleep(g.retry)
		err = op()
	}
	g.heal()
}

// park waits for ever. It is for a failed fsync: the kernel forgets what it could not write and reports
// the next fsync as good, so that a second try would lose data in silence.
func (g *guard) park(err error) {
	why := syncError(g.dir, err)
	g.mu.Lock()
	g.lasting = why
	g.mu.Unlock()
	g.fallIll(why)
	select {}
}

func (g *guard) fallIll(why *pipeline.Error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trouble = why
	if g.waiting++; g.waiting == 1 {
		close(g.ill)
		g.log.Warn("the state cannot be written", "dir", g.dir, "error", why)
	}
}

func (g *guard) heal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting--; g.waiting == 0 {
		g.ill = make(chan struct{})
		g.log.Info("the state can be written again", "dir", g.dir)
	}
}

// breakDown ends all use of the store. The first reason stays.
func (g *guard) breakDown(why *pipeline.Error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.broken == nil {
		g.broken = why
		g.log.Error("the state cannot be used any more", "dir", g.dir, "error", why)
	}
}

// Create implements vfs.FS. The name of a manifest is made durable at once: Pebble syncs it together with
// the name of the marker that points to it, and a disk is free to keep the marker alone.
func (g *guard) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	file := g.opened(name, func() (vfs.File, error) { return g.FS.Create(name, category) })
	if strings.HasPrefix(g.PathBase(name), "MANIFEST") {
		g.syncDir(g.PathDir(name))
	}
	return file, nil
}

// ReuseForWrite implements vfs.FS.
func (g *guard) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return g.opened(to, func() (vfs.File, error) { return g.FS.ReuseForWrite(from, to, category) }), nil
}

func (g *guard) opened(name string, open func() (vfs.File, error)) vfs.File {
	var file vfs.File
	g.persist(func() (err error) {
		file, err = open()
		return err
	})
	g.protect(name)
	return &guardedFile{File: file, guard: g}
}

func (g *guard) syncDir(name string) {
	var dir vfs.File
	g.persist(func() (err error) {
		dir, err = g.FS.OpenDir(name)
		return err
	})
	if err := dir.Sync(); err != nil {
		g.park(err)
	}
	_ = dir.Close() // nothing was written through it
}

// OpenDir implements vfs.FS; Pebble opens directories to sync them.
func (g *guard) OpenDir(name string) (vfs.File, error) {
	file, err := g.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &guardedFile{File: file, guard: g}, nil
}

// MkdirAll implements vfs.FS. The state holds business data: it is its owner's alone.
func (g *guard) MkdirAll(dir string, _ os.FileMode) error { return g.FS.MkdirAll(dir, 0o700) }

// Lock implements vfs.FS and tells a lock that somebody else holds from a file that cannot be made.
func (g *guard) Lock(name string) (io.Closer, error) {
	closer, err := g.FS.Lock(name)
	if err == nil {
		g.protect(name) // who can open it can hold it
		return closer, nil
	}
	var file *fs.PathError
	var errno syscall.Errno
	switch {
	case errors.As(err, &file):
		return nil, err
	case errors.As(err, &errno) && errno != syscall.EAGAIN && errno != syscall.EACCES:
		return nil, diskError(g.dir, err) // ENOLCK: a file system without locks
	}
	return nil, lockedError(g.FS, g.dir, err)
}

// Unwrap implements vfs.FS.
func (g *guard) Unwrap() vfs.FS { return g.FS }

// Infof implements pebble.Logger.
func (g *guard) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (g *guard) Errorf(format string, args ...any) { g.background(fmt.Errorf(format, args...)) }

// Fatalf implements pebble.Logger. Pebble expects it not to return; since it does, all further use is
// refused.
func (g *guard) Fatalf(format string, args ...any) {
	g.breakDown(brokenError(g.dir, fmt.Errorf(format, args...)))
}

// listener returns what Pebble shall report to.
func (g *guard) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: g.background,
		DataCorruption:  func(info pebble.DataCorruptionInfo) { g.breakDown(damagedError(g.dir, info.Details)) },
	}
}

// background logs an error that no caller waits for, once: Pebble tries such work again at once.
func (g *guard) background(err error) {
	if pebble.IsCorruptionError(err) {
		g.breakDown(damagedError(g.dir, err))
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if text := err.Error(); text != g.said {
		g.said = text
		g.log.Warn("the state's upkeep failed and is tried again", "dir", g.dir, "error", text)
	}
}

package kv

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/tandem-sync/tandem/pipeline"
)

// fault makes the chosen operations of a file system fail while it is on.
type fault struct {
	on    atomic.Bool
	err   error
	kinds map[errorfs.OpKind]bool
	hits  atomic.Int64
}

func newFault(err error, kinds ...errorfs.OpKind) *fault {
	f := &fault{err: err, kinds: map[errorfs.OpKind]bool{}}
	for _, k := range kinds {
		f.kinds[k] = true
	}
	return f
}

func (f *fault) wrap(inner vfs.FS) vfs.FS {
	return errorfs.Wrap(inner, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if f.on.Load() && f.kinds[op.Kind] {
			f.hits.Add(1)
			return f.err
		}
		return nil
	}))
}

// wantDisk fails the test unless err is of code state_disk and names its cause.
func wantDisk(t *testing.T, err, cause error) {
	t.Helper()
	e := pipeline.AsError(err)
	if e == nil || e.Code != pipeline.CodeStateDisk || e.Class != pipeline.Fatal || !errors.Is(err, cause) {
		t.Fatalf("got %v, want state_disk because of %v", err, cause)
	}
}

// A full disk refuses writes in several places. Each time the caller is told, reads go on, what was
// confirmed stays, and writing goes on by itself once there is room.
func TestFullDisk(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		kinds []errorfs.OpKind
	}{
		{"no room in the log", syscall.ENOSPC, []errorfs.OpKind{errorfs.OpFileWrite}},
		{"no room for a new file", syscall.ENOSPC, []errorfs.OpKind{errorfs.OpCreate, errorfs.OpReuseForWrite}},
		{"no room at all", syscall.ENOSPC, []errorfs.OpKind{errorfs.OpFileWrite, errorfs.OpCreate, errorfs.OpReuseForWrite}},
		{"mounted read-only", syscall.EROFS, []errorfs.OpKind{errorfs.OpFileWrite, errorfs.OpCreate, errorfs.OpReuseForWrite, errorfs.OpRemove}},
		{"over quota", syscall.EDQUOT, []errorfs.OpKind{errorfs.OpFileWrite}},
		{"directory gone", syscall.ENOENT, []errorfs.OpKind{errorfs.OpCreate, errorfs.OpReuseForWrite}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mem := vfs.NewMem()
			disk := newFault(c.err, c.kinds...)
			health := newHealed()
			d := open(t, "state", Options{FS: disk.wrap(mem), Logger: slog.New(health)})
			confirmed := fill(t, d, 20, 128<<10, nil)
			disk.on.Store(true)
			confirmed = append(confirmed, fill(t, d, 400, 128<<10, c.err)...)
			if err := d.Err(); err == nil {
				t.Error("Err does not tell")
			}
			for _, key := range confirmed {
				if get(t, d, key) == "" {
					t.Fatalf("%s cannot be read while the disk is full", key)
				}
			}
			disk.on.Store(false)
			health.wait(t, d)
			if err := set(t, d, "after", "room"); err != nil {
				t.Fatalf("after there is room: %v", err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			again := open(t, "state", Options{FS: mem})
			for _, key := range append(confirmed, "after") {
				if get(t, again, key) == "" {
					t.Fatalf("%s was lost", key)
				}
			}
		})
	}
}

// fill writes up to n values, so that Pebble changes its log several times and writes tables, and returns
// the keys that were confirmed. It fails the test if there is no error although there must be one.
func fill(t *testing.T, d *DB, n, size int, want error) []string {
	t.Helper()
	noise := make([]byte, size)
	random := rand.New(rand.NewPCG(1, 2))
	var confirmed []string
	for i := range n {
		for j := range noise {
			noise[j] = byte(random.Uint32())
		}
		key := fmt.Sprintf("%v-%04d", want, i)
		if err := set(t, d, key, string(noise)); err != nil {
			if want == nil {
				t.Fatal(err)
			}
			wantDisk(t, err, want)
			return confirmed
		}
		confirmed = append(confirmed, key)
	}
	if want != nil {
		t.Fatal("no write failed")
	}
	return confirmed
}

// healed is a logger that tells when the store reports that it can be written again.
type healed struct {
	slog.Handler
	said chan struct{}
}

func newHealed() *healed { return &healed{Handler: slog.DiscardHandler, said: make(chan struct{}, 1)} }

func (h *healed) Enabled(context.Context, slog.Level) bool { return true }

func (h *healed) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "can be written again") {
		select {
		case h.said <- struct{}{}:
		default:
		}
	}
	return nil
}

func (h *healed) wait(t *testing.T, d *DB) {
	t.Helper()
	for d.Err() != nil {
		select {
		case <-h.said:
		case <-time.After(10 * time.Second):
			t.Fatalf("still ill: %v", d.Err())
		}
	}
}

func TestFullDiskAtOpen(t *testing.T) {
	mem := vfs.NewMem()
	disk := newFault(syscall.ENOSPC, errorfs.OpFileWrite, errorfs.OpCreate)
	d := open(t, "state", Options{FS: mem})
	if err := set(t, d, "a", "1"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	disk.on.Store(true)
	_, err := Open("state", Options{FS: disk.wrap(mem), Retry: time.Millisecond})
	wantDisk(t, err, syscall.ENOSPC)
	disk.on.Store(false)
	for deadline := time.Now().Add(10 * time.Second); ; {
		again, err := Open("state", Options{FS: mem}) // locked until the attempt given up has ended
		if err == nil {
			if got := get(t, again, "a"); got != "1" {
				t.Errorf("a is %q", got)
			}
			if err := again.Close(); err != nil {
				t.Error(err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func TestCloseWhileTheDiskIsFull(t *testing.T) {
	mem := vfs.NewCrashableMem()
	disk := newFault(syscall.ENOSPC, errorfs.OpFileWrite)
	d, err := Open("state", Options{FS: disk.wrap(mem), Retry: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := set(t, d, "a", "1"); err != nil {
		t.Fatal(err)
	}
	disk.on.Store(true)
	wantDisk(t, set(t, d, "b", "2"), syscall.ENOSPC)
	wantDisk(t, d.Close(), syscall.ENOSPC)
	killed := mem.CrashClone(vfs.CrashCloneCfg{})
	disk.on.Store(false) // lets the abandoned goroutines end
	again := open(t, "state", Options{FS: killed})
	if get(t, again, "a") != "1" || get(t, again, "b") != "" {
		t.Errorf("a is %q, b is %q", get(t, again, "a"), get(t, again, "b"))
	}
}

// short is a file system whose writes are cut off in the middle while the disk is full.
type short struct {
	vfs.FS
	full atomic.Bool
}

type shortFile struct {
	vfs.File
	fs *short
}

func (s *short) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.Create(name, c)
	return &shortFile{File: f, fs: s}, err
}

func (f *shortFile) Write(p []byte) (int, error) {
	if !f.fs.full.Load() || len(p) < 2 {
		return f.File.Write(p)
	}
	n, err := f.File.Write(p[:len(p)/2])
	if err == nil {
		err = syscall.ENOSPC
	}
	return n, err
}

func TestShortWriteIsCompletedOnce(t *testing.T) {
	files := &short{FS: vfs.NewMem()}
	health := newHealed()
	d := open(t, "state", Options{FS: files, Logger: slog.New(health)})
	files.full.Store(true)
	value := strings.Repeat("0123456789", 1000)
	wantDisk(t, set(t, d, "a", value), syscall.ENOSPC)
	files.full.Store(false)
	health.wait(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if again := open(t, "state", Options{FS: files}); get(t, again, "a") != value {
		t.Error("the value was not stored whole")
	}
}

// A failed fsync cannot be repeated (see guard.park): the store stays closed to writes until the process
// ends. The goroutines that wait for ever are left to a process of their own.
func TestFailedSync(t *testing.T) {
	const variable = "TANDEM_TEST_FAILED_SYNC"
	if dir := os.Getenv(variable); dir != "" {
		failSync(t, dir)
		return
	}
	dir := filepath.Join(t.TempDir(), "state")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFailedSync$")
	child.Env = append(os.Environ(), variable+"="+dir)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if d := open(t, dir, Options{}); get(t, d, "a") != "1" {
		t.Errorf("a is %q", get(t, d, "a"))
	}
}

func failSync(t *testing.T, dir string) {
	disk := newFault(syscall.EIO, errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo)
	d, err := Open(dir, Options{FS: disk.wrap(vfs.Default)})
	if err != nil {
		t.Fatal(err)
	}
	if err := set(t, d, "a", "1"); err != nil {
		t.Fatal(err)
	}
	disk.on.Store(true)
	err = set(t, d, "b", "2")
	wantDisk(t, err, syscall.EIO)
	if !strings.Contains(pipeline.RemedyOf(pipeline.AsError(err)), "restart Tandem") {
		t.Errorf("remedy: %s", pipeline.RemedyOf(pipeline.AsError(err)))
	}
	disk.on.Store(false)
	wantDisk(t, set(t, d, "c", "3"), syscall.EIO)
	if get(t, d, "a") != "1" {
		t.Error("a cannot be read")
	}
	wantDisk(t, d.Close(), syscall.EIO)
	if !t.Failed() {
		os.Exit(0) // without the check for goroutines that are left
	}
}

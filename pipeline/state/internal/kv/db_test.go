package kv

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a store and closes it with the test, unless the test did.
func open(t *testing.T, dir string, o Options) *DB {
	t.Helper()
	if o.Retry == 0 {
		o.Retry = time.Millisecond
	}
	d, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func set(t *testing.T, d *DB, key, value string) error {
	t.Helper()
	return d.Update(t.Context(), func(tx *Tx) error { return tx.Set([]byte(key), []byte(value)) })
}

func get(t *testing.T, d *DB, key string) string {
	t.Helper()
	var value []byte
	err := d.Read(t.Context(), func(r *Reader) (err error) {
		value, err = r.Get([]byte(key))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

func TestScans(t *testing.T) {
	d := open(t, "state", Options{FS: vfs.NewMem()})
	for _, key := range []string{"a1", "a2", "a3", "b1", "c1", "c2"} {
		if err := set(t, d, key, "="+key); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	note := func(key, value []byte) error {
		got = append(got, string(key)+string(value))
		return nil
	}
	for _, c := range []struct {
		name string
		scan func(r *Reader) error
		want string
	}{
		{"all of a prefix", func(r *Reader) error { return r.Scan([]byte("a"), []byte("a"), note) }, "a1=a1 a2=a2 a3=a3"},
		{"from a key on", func(r *Reader) error { return r.Scan([]byte("a"), []byte("a2"), note) }, "a2=a2 a3=a3"},
		{"backwards", func(r *Reader) error { return r.ScanBack([]byte("c"), note) }, "c2=c2 c1=c1"},
		{"until told to stop", func(r *Reader) error {
			return r.Scan([]byte("a"), []byte("a"), func(k, v []byte) error { return errors.Join(note(k, v), ErrStop) })
		}, "a1=a1"},
		{"several prefixes", func(r *Reader) error {
			return r.ScanEach([][]byte{[]byte("a3"), []byte("b"), []byte("x"), []byte("c")}, func(i int, k, v []byte) error {
				return note(fmt.Appendf(nil, "%d:%s", i, k), v)
			})
		}, "0:a3=a3 1:b1=b1 3:c1=c1 3:c2=c2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got = nil
			if err := d.Read(t.Context(), c.scan); err != nil {
				t.Fatal(err)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %s, want %s", strings.Join(got, " "), c.want)
			}
		})
	}
}

func TestUpdateThatFailsStoresNothing(t *testing.T) {
	d := open(t, "state", Options{FS: vfs.NewMem()})
	refused := errors.New("refused")
	err := d.Update(t.Context(), func(tx *Tx) error {
		return errors.Join(tx.Set([]byte("a"), []byte("1")), refused)
	})
	if !errors.Is(err, refused) {
		t.Fatalf("got %v", err)
	}
	if got := get(t, d, "a"); got != "" {
		t.Errorf("a is %q", got)
	}
	if err := set(t, d, "a", "2"); err != nil { // the seat is free again
		t.Fatal(err)
	}
}

func TestEndOfPrefix(t *testing.T) {
	for _, c := range []struct{ prefix, end []byte }{
		{[]byte("a"), []byte("b")},
		{[]byte{1, 0xff, 0xff}, []byte{2}},
		{[]byte{0xff}, nil},
		{nil, nil},
	} {
		if got := End(c.prefix); !bytes.Equal(got, c.end) {
			t.Errorf("End(%x) is %x, want %x", c.prefix, got, c.end)
		}
	}
}

func TestSecondProcessIsToldWhoHasTheLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	open(t, dir, Options{})
	_, err := Open(dir, Options{})
	e := pipeline.AsError(err)
	if e == nil || e.Code != pipeline.CodeStateLocked || e.Class != pipeline.Fatal {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{strconv.Quote(dir), "process " + strconv.Itoa(os.Getpid())} {
		if !strings.Contains(e.Message, want) {
			t.Errorf("%q does not name %s", e.Message, want)
		}
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	d := open(t, dir, Options{})
	if err := set(t, d, "a", "1"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory: %v, %v", info.Mode(), err)
	}
	logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("no log file: %v", err)
	}
	for _, name := range logs {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestUseAfterClose(t *testing.T) {
	d := open(t, "state", Options{FS: vfs.NewMem()})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := set(t, d, "a", "1"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("update: %v", err)
	}
	if err := d.Read(t.Context(), func(*Reader) error { return nil }); err == nil {
		t.Error("read: no error")
	}
	if _, err := d.Bytes(); err == nil {
		t.Error("bytes: no error")
	}
}

func TestCloseWaitsForReaders(t *testing.T) {
	d := open(t, "state", Options{FS: vfs.NewMem()})
	if err := set(t, d, "a", "1"); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	err := d.Read(t.Context(), func(r *Reader) error {
		go func() { closed <- d.Close() }()
		for refused := false; !refused; { // until Close has begun
			refused = set(t, d, "b", "1") != nil
		}
		select {
		case err := <-closed:
			t.Errorf("closed under a reader: %v", err)
		default:
		}
		_, err := r.Get([]byte("a"))
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

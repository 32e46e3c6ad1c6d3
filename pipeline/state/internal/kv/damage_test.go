package kv

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestDamage(t *testing.T) {
	mem := vfs.NewMem()
	d := open(t, "state", Options{FS: mem})
	fill(t, d, 4000, 2<<10, nil) // enough to be moved from the log into tables
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := mem.List("state")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, suffix string
		spoil        func(mem *vfs.MemFS, name string) error
	}{
		{"table removed", ".sst", func(mem *vfs.MemFS, name string) error { return mem.Remove(name) }},
		{"table cut off", ".sst", func(mem *vfs.MemFS, name string) error { return overwrite(mem, name, []byte("short")) }},
		{"manifest overwritten", "MANIFEST", func(mem *vfs.MemFS, name string) error {
			return overwrite(mem, name, bytes.Repeat([]byte("nonsense"), 100))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			spoiled := vfs.NewMem()
			if _, err := vfs.Clone(mem, spoiled, "state", "state"); err != nil {
				t.Fatal(err)
			}
			found := false
			for _, name := range names {
				if strings.HasSuffix(name, c.suffix) || strings.HasPrefix(name, c.suffix) {
					found = true
					if err := c.spoil(spoiled, spoiled.PathJoin("state", name)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !found {
				t.Fatalf("no %s among %v", c.suffix, names)
			}
			_, err := Open("state", Options{FS: spoiled})
			if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeStateDamaged {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A table whose content is spoiled is found when it is read, and from then on the store is refused.
func TestDamageFoundLater(t *testing.T) {
	mem := vfs.NewMem()
	d := open(t, "state", Options{FS: mem})
	fill(t, d, 4000, 2<<10, nil)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := mem.List("state")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".sst") {
			data, err := mem.UnsafeGetFileDataBuffer(mem.PathJoin("state", name))
			if err != nil {
				t.Fatal(err)
			}
			for i := len(data) / 4; i < len(data)/2; i++ {
				data[i] ^= 0x55
			}
		}
	}
	spoiled, err := Open("state", Options{FS: mem, Retry: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = spoiled.Close() })
	err = spoiled.Read(t.Context(), func(r *Reader) error {
		return r.Scan([]byte("<nil>"), []byte("<nil>"), func(_, _ []byte) error { return nil })
	})
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeStateDamaged {
		t.Fatalf("got %v", err)
	}
	if err := set(t, spoiled, "a", "1"); pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodeStateDamaged {
		t.Errorf("update: %v", err)
	}
}

func overwrite(files vfs.FS, name string, content []byte) error {
	f, err := files.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

func TestNewerFileFormat(t *testing.T) {
	mem := vfs.NewMem()
	d := open(t, "state", Options{FS: mem})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := mem.List("state")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "marker.format-version") {
			if err := mem.Remove(mem.PathJoin("state", name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := overwrite(mem, "state/marker.format-version.000099.999", nil); err != nil {
		t.Fatal(err)
	}
	_, err = Open("state", Options{FS: mem})
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeStateVersion {
		t.Errorf("got %v", err)
	}
}

package kv

import "github.com/cockroachdb/pebble/v2/vfs"

// guardedFile is a file whose writes do not fail.
type guardedFile struct {
	vfs.File
	guard *guard
}

// Write implements vfs.File. What a short write left is written by the next attempt.
func (f *guardedFile) Write(p []byte) (int, error) {
	written := 0
	f.guard.persist(func() error {
		n, err := f.File.Write(p[written:])
		written += n
		return err
	})
	return written, nil
}

// WriteAt implements vfs.File.
func (f *guardedFile) WriteAt(p []byte, offset int64) (int, error) {
	written := 0
	f.guard.persist(func() error {
		n, err := f.File.WriteAt(p[written:], offset+int64(written))
		written += n
		return err
	})
	return written, nil
}

// Sync implements vfs.File.
func (f *guardedFile) Sync() error {
	if err := f.File.Sync(); err != nil {
		f.guard.park(err)
	}
	return nil
}

// SyncData implements vfs.File.
func (f *guardedFile) SyncData() error {
	if err := f.File.SyncData(); err != nil {
		f.guard.park(err)
	}
	return nil
}

// SyncTo implements vfs.File.
func (f *guardedFile) SyncTo(length int64) (bool, error) {
	full, err := f.File.SyncTo(length)
	if err != nil {
		f.guard.park(err)
	}
	return full, nil
}

// Close implements vfs.File. Pebble syncs what it wrote before it closes a file, so that nothing can be
// lost any more by a close that fails.
func (f *guardedFile) Close() error {
	_ = f.File.Close()
	return nil
}

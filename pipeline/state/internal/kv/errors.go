package kv

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tandem-sync/tandem/pipeline"
)

// errClosed is what remains to be said after Close.
func errClosed(dir string) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeInternal, Class: pipeline.Fatal,
		Message: fmt.Sprintf("the state in %q is closed", dir),
		Remedy:  "Start Tandem again.",
	}
}

func lockedError(files vfs.FS, dir string, cause error) *pipeline.Error {
	who := "another process"
	if pid := readPid(files, dir); pid != "" {
		who = "process " + pid
	}
	return &pipeline.Error{
		Code: pipeline.CodeStateLocked, Class: pipeline.Fatal,
		Message: fmt.Sprintf("%s uses the state directory %q", who, dir), Cause: cause,
	}
}

func diskError(dir string, cause error) *pipeline.Error {
	e := &pipeline.Error{
		Code: pipeline.CodeStateDisk, Class: pipeline.Fatal,
		Message: fmt.Sprintf("the state in %q cannot be written", dir), Cause: cause,
	}
	switch {
	case errors.Is(cause, syscall.EROFS):
		e.Remedy = "Look why the file system is read-only and make it writable again; nothing was lost, and the next cycle goes on."
	case errors.Is(cause, syscall.EACCES), errors.Is(cause, syscall.EPERM):
		e.Remedy = "Give the user that Tandem runs as the right to write in that directory; nothing was lost."
	case errors.Is(cause, syscall.ENOENT):
		e.Remedy = "Put the directory back, or restart Tandem: without its state it pairs the records anew and deletes nothing."
	case errors.Is(cause, syscall.EIO):
		e.Remedy = "Look at the disk and the kernel's log, then restart Tandem."
	}
	return e
}

func syncError(dir string, cause error) *pipeline.Error {
	e := diskError(dir, cause)
	e.Remedy = "Make room or repair the disk, then restart Tandem: nothing that was confirmed is lost."
	return e
}

func damagedError(dir string, cause error) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeStateDamaged, Class: pipeline.Fatal,
		Message: fmt.Sprintf("the state in %q cannot be read", dir), Cause: cause,
	}
}

func brokenError(dir string, cause error) *pipeline.Error {
	e := damagedError(dir, cause)
	e.Message = fmt.Sprintf("the state in %q cannot be used any more", dir)
	e.Remedy = "Restart Tandem. If it happens again, move the directory away: Tandem pairs the records anew and deletes nothing."
	return e
}

// openError says why the directory could not be opened.
func openError(dir string, err error) *pipeline.Error {
	var known *pipeline.Error
	switch {
	case errors.As(err, &known):
		return known
	case strings.Contains(err.Error(), "unknown format major version"): // Pebble has no value for it
		return &pipeline.Error{
			Code: pipeline.CodeStateVersion, Class: pipeline.Fatal,
			Message: fmt.Sprintf("the state in %q was written by a newer version of Tandem", dir), Cause: err,
		}
	}
	for _, cannot := range []error{syscall.EACCES, syscall.EPERM, syscall.EROFS, syscall.ENOSPC, syscall.EDQUOT, syscall.ENOTDIR} {
		if errors.Is(err, cannot) {
			return diskError(dir, err)
		}
	}
	return damagedError(dir, err)
}

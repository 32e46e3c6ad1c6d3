// Package spool keeps more values than should be in memory: a temporary file of JSON values, each found
// again by the reference that Append returned. The file is unlinked as soon as it is open, so that
// nothing is left behind by a crash and a dry run leaves nothing at all.
package spool

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/tandem-sync/tandem/pipeline"
)

// File is a spool. It is not safe for concurrent use.
type File struct {
	dir  string
	file *os.File
	w    *bufio.Writer
	size int64
}

// Ref finds a value again.
type Ref struct {
	offset int64
	length int32
}

// IsZero tells whether r refers to nothing.
func (r Ref) IsZero() bool { return r.length == 0 }

// New returns an empty spool whose file, made with the first value, is in dir ("" for the system's
// temporary directory).
func New(dir string) *File { return &File{dir: dir} }

// Append stores v and returns where.
func (s *File) Append(v any) (Ref, error) {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "tandem-spool-*")
		if err != nil {
			return Ref{}, s.failed(err)
		}
		if err := os.Remove(f.Name()); err != nil {
			return Ref{}, s.failed(err)
		}
		s.file, s.w = f, bufio.NewWriterSize(f, 1<<16)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return Ref{}, err
	}
	if _, err := s.w.Write(b); err != nil {
		return Ref{}, s.failed(err)
	}
	ref := Ref{offset: s.size, length: int32(len(b))}
	s.size += int64(len(b))
	return ref, nil
}

// Read decodes the value at ref into v.
func (s *File) Read(ref Ref, v any) error {
	if err := s.w.Flush(); err != nil {
		return s.failed(err)
	}
	b := make([]byte, ref.length)
	if _, err := s.file.ReadAt(b, ref.offset); err != nil {
		return s.failed(err)
	}
	return json.Unmarshal(b, v)
}

// Close frees the file's space.
func (s *File) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

func (s *File) failed(err error) error {
	dir := s.dir
	if dir == "" {
		dir = os.TempDir()
	}
	return &pipeline.Error{
		Code: pipeline.CodeStateDisk, Class: pipeline.Fatal,
		Message: fmt.Sprintf("the cycle's temporary file in %s cannot be used", dir), Cause: err,
	}
}

package starter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// Present returns those of the names that are in a directory already, and the files there that would be read as a
// part of the same configuration and are none of them.
func Present(dir string, names []string) (present, others []string, err error) {
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			present = append(present, name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, unwritable(dir, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, unwritable(dir, err)
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && strings.HasSuffix(name, ".hcl") && !strings.HasPrefix(name, ".") && !slices.Contains(names, name) {
			others = append(others, name)
		}
	}
	return present, others, nil
}

// Write puts files into a directory, which it makes if need be: all of them, or none. A file that is there is replaced
// when force is set, and else an error.
func Write(dir string, files []File, force bool) (err error) {
	w := writing{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(unwritable(dir, err), w.undo())
		}
		err = errors.Join(err, w.clean())
	}()
	if err := w.stage(files); err != nil {
		return err
	}
	for _, f := range files {
		if err := w.place(filepath.FromSlash(f.Name), force); err != nil {
			return err
		}
	}
	return nil
}

// writing is one run of Write. Everything is written into a folder beside its place first, so that a full disk is met before
// anything is changed.
type writing struct {
	dir    string
	folder string   // new, within dir
	made   []string // directories that were made, outermost first
	placed []string // files that are in their place, by name
	kept   []string // of these, those of which the old one is kept
}

func (w *writing) stage(files []File) (err error) {
	if err = w.mkdir(w.dir); err != nil {
		return err
	}
	if w.folder, err = os.MkdirTemp(w.dir, ".tandem-init-"); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(w.folder, "new", filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := writeFile(path, f.Text); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// mkdir makes a directory and those above it, and notes which were not there.
func (w *writing) mkdir(dir string) error {
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := w.mkdir(filepath.Dir(dir)); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o755)
	if err == nil {
		w.made = append(w.made, dir)
	}
	return err
}

// place moves a staged file to its place. A link is made in the place of a move, since it fails where there is
// something, also something that came a moment ago.
func (w *writing) place(name string, force bool) error {
	target, staged, old := filepath.Join(w.dir, name), filepath.Join(w.folder, "new", name), filepath.Join(w.folder, "old", name)
	if err := w.mkdir(filepath.Dir(target)); err != nil {
		return err
	}
	if _, err := os.Lstat(target); err == nil && force {
		if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
			return err
		}
		if err := os.Rename(target, old); err != nil {
			return err
		}
		w.kept = append(w.kept, name)
	}
	err := os.Link(staged, target)
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without links
		err = os.Rename(staged, target)
	}
	if err != nil {
		return err
	}
	w.placed = append(w.placed, name)
	return nil
}

// undo puts everything back as it was.
func (w *writing) undo() error {
	var errs []error
	for _, name := range w.placed {
		errs = append(errs, os.Remove(filepath.Join(w.dir, name)))
	}
	for _, name := range w.kept {
		errs = append(errs, os.Rename(filepath.Join(w.folder, "old", name), filepath.Join(w.dir, name)))
	}
	if err := errors.Join(errs...); err != nil {
		w.folder, w.made = "", nil // what could not be put back is in there
		return err
	}
	w.placed = nil
	return nil
}

// clean takes the folder away, and after a failure the directories that were made.
func (w *writing) clean() error {
	var errs []error
	if w.folder != "" {
		errs = append(errs, os.RemoveAll(w.folder))
	}
	if len(w.placed) == 0 {
		for _, dir := range slices.Backward(w.made) {
			errs = append(errs, os.Remove(dir))
		}
	}
	return errors.Join(errs...)
}

func unwritable(dir string, err error) error {
	return &pipeline.Error{
		Code: pipeline.CodeNotWritten, Message: fmt.Sprintf("the files could not be put into %s, and none was", dir), Cause: err,
	}
}

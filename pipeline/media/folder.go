package media

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"syscall"

	"github.com/tandem-sync/tandem/pipeline"
)

// FolderOptions are the settings of a folder.
type FolderOptions struct {
	Path      string // of a directory that exists
	PublicURL string // at which a web server serves it
}

// Folder keeps objects as files, readable by everybody (0644, in directories of 0755). Nothing outside of
// the folder is ever touched, whatever a key or a symbolic link says.
type Folder struct{ options FolderOptions }

// NewFolder makes a store of a directory. It does no I/O.
func NewFolder(options FolderOptions) *Folder { return &Folder{options: options} }

// String names the folder in messages.
func (f *Folder) String() string { return fmt.Sprintf("folder %q", f.options.Path) }

// Address returns the public address of key.
func (f *Folder) Address(key string) string { return publicAddress(f.options.PublicURL, key) }

// Put writes a file, whole or not at all. The type is what the key's extension says.
func (f *Folder) Put(ctx context.Context, key, _ string, data []byte) (string, error) {
	if err := checkPut(key, data); err != nil {
		return "", err
	}
	err := f.within(ctx, key, func(root *os.Root) error {
		if info, err := root.Lstat(key); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(data)) {
			return nil
		}
		if err := root.MkdirAll(path.Dir(key), 0o755); err != nil {
			return err
		}
		return write(root, key, data)
	})
	if err != nil {
		return "", err
	}
	return f.Address(key), nil
}

// write keeps a reader, and a crash, from ever seeing a part of a file: it is written under another name
// first.
func write(root *os.Root, key string, data []byte) error {
	temporary := path.Join(path.Dir(key), ".tandem-"+rand.Text())
	file, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Chmod(0o644) // the web server is another user, whatever this process's umask
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = root.Rename(temporary, key)
	}
	if err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return persist(root, path.Dir(key))
}

// persist makes the names in a directory outlive a loss of power.
func persist(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Head tells about a file.
func (f *Folder) Head(ctx context.Context, key string) (Object, error) {
	var object Object
	err := f.within(ctx, key, func(root *os.Root) error {
		info, err := root.Stat(key)
		if err == nil {
			object = Object{Size: info.Size(), ContentType: mime.TypeByExtension(path.Ext(key))}
		}
		return err
	})
	return object, err
}

// Get reads a file.
func (f *Folder) Get(ctx context.Context, key string) ([]byte, error) {
	var data []byte
	err := f.within(ctx, key, func(root *os.Root) (err error) {
		file, err := root.Open(key)
		if err != nil {
			return err
		}
		data, err = io.ReadAll(io.LimitReader(file, largestObject+1))
		return errors.Join(err, file.Close())
	})
	if err == nil && len(data) > largestObject {
		return nil, tooLarge(f, key)
	}
	return data, err
}

// Delete removes a file.
func (f *Folder) Delete(ctx context.Context, key string) error {
	err := f.within(ctx, key, func(root *os.Root) error { return root.Remove(key) })
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// within does something in the folder and classes what goes wrong.
func (f *Folder) within(ctx context.Context, key string, do func(*os.Root) error) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return stopped(f, err)
	}
	root, err := os.OpenRoot(f.options.Path)
	if err != nil {
		return &pipeline.Error{
			Code: pipeline.CodeMediaStore, Class: pipeline.Transient,
			Message: fmt.Sprintf("the folder of images %q cannot be opened", f.options.Path), Cause: err,
			Remedy: "Make the directory, mount its disk, or correct `path` in the media block; Tandem's user must be able to write there.",
		}
	}
	return f.failed(key, errors.Join(do(root), root.Close()))
}

func (f *Folder) failed(key string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return notFound(f, key)
	}
	e := &pipeline.Error{
		Code: pipeline.CodeMediaStore, Class: pipeline.Transient,
		Message: fmt.Sprintf("%q in the %s cannot be read or written", key, f), Cause: err,
		Remedy: "Look at the disk and the directory: it must be on a sound disk and hold only what Tandem stores.",
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Message = fmt.Sprintf("there is no room for %q in the %s", key, f)
		e.Remedy = "Make room on its disk, or raise the quota."
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Message = fmt.Sprintf("Tandem may not write or read %q in the %s", key, f)
		e.Remedy = "Let Tandem's user write in that directory; under systemd, name it in ReadWritePaths."
	}
	return e
}

// stopped is the error of work that the caller gave up.
func stopped(store Store, cause error) error {
	return &pipeline.Error{
		Code: pipeline.CodeStopped, Class: pipeline.Transient,
		Message: fmt.Sprintf("work with the %s was given up", store), Cause: cause,
	}
}

package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// replaceFile gives a file that exists another content, at once: whoever reads it meanwhile, a daemon that watches
// it above all, sees the old one or the new one whole. Its owner and permissions stay. A symbolic link stays one; the
// file that it leads to is replaced.
func replaceFile(path string, content []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+"-*") // a name that is no configuration
	if err != nil {
		return err
	}
	if _, err = f.Write(content); err == nil {
		err = errors.Join(likeOwner(f, info), f.Chmod(info.Mode().Perm()), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), target)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// likeOwner gives a file the owner and group of another: a daemon that reads a file of root by its group goes on
// reading it.
func likeOwner(f *os.File, like os.FileInfo) error {
	if owner, ok := like.Sys().(*syscall.Stat_t); ok {
		return f.Chown(int(owner.Uid), int(owner.Gid))
	}
	return nil
}

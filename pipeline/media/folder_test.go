package media_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
)

func folder(t *testing.T) (*media.Folder, string) {
	dir := t.TempDir()
	return media.NewFolder(media.FolderOptions{Path: dir, PublicURL: public}), dir
}

func TestFolder(t *testing.T) {
	store, dir := folder(t)
	testStore(t, store)
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.Contains(path, ".tandem-") {
			t.Errorf("a temporary file was left: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestFolderServesOthers: the web server runs as another user, whatever the umask of this process.
func TestFolderServesOthers(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	store, dir := folder(t)
	if _, err := store.Put(t.Context(), "x.jpg", "image/jpeg", []byte("x")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "x.jpg"))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestFolderNeverLeavesItself(t *testing.T) {
	store, dir := folder(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Put(t.Context(), "link/x.jpg", "image/jpeg", []byte("x")); err == nil {
		t.Error("written through a symbolic link")
	}
	if got, err := store.Get(t.Context(), "link/secret"); err == nil {
		t.Errorf("read through a symbolic link: %q", got)
	}
	if err := store.Delete(t.Context(), "link/secret"); err == nil {
		t.Error("deleted through a symbolic link")
	}
	entries, err := os.ReadDir(outside)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestFolderErrors(t *testing.T) {
	store, dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	gone := media.NewFolder(media.FolderOptions{Path: filepath.Join(dir, "nowhere"), PublicURL: public})
	for name, tt := range map[string]struct {
		store *media.Folder
		key   string
		says  string
	}{
		"no such directory":           {gone, "x.jpg", "nowhere"},
		"a file where a directory is": {store, "file/x.jpg", "file/x.jpg"},
		"a directory where a file is": {store, "images", "images"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.MkdirAll(filepath.Join(dir, "images"), 0o755); err != nil {
				t.Fatal(err)
			}
			_, err := tt.store.Put(t.Context(), tt.key, "image/jpeg", []byte("x"))
			e := pipeline.AsError(err)
			if e == nil || e.Code != pipeline.CodeMediaStore || !strings.Contains(e.Message, tt.says) || e.Remedy == "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestFolderFull fills a device that is always full, where there is one.
func TestFolderFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("left out: making a small file system needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("left out: no small file system can be mounted here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	store := media.NewFolder(media.FolderOptions{Path: dir, PublicURL: public})
	_, err := store.Put(t.Context(), "x.jpg", "image/jpeg", make([]byte, 200_000))
	e := pipeline.AsError(err)
	if e == nil || e.Code != pipeline.CodeMediaStore || e.Class != pipeline.Transient || !strings.Contains(e.Message, "no room") {
		t.Errorf("%+v", e)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("%v are left, %v", entries, err)
	}
}

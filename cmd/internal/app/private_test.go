package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/pipeline"
)

// TestStateIsItsOwnersAlone: whatever the umask, nobody else can read anything of the state, while the daemon runs and
// afterwards.
func TestStateIsItsOwnersAlone(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chair", "CH-1")
	cfg := s.Config(t, "")
	for range 2 { // a state that is made, and one that is opened again
		a := bring(t, cfg, Options{})
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, title := range []string{"Armchair", "Wing chair"} {
			s.Edit(t, "pm", "CH-1", "title", pipeline.Text(title))
			syncOnce(t, a)
		}
		if _, err := os.Stat(filepath.Join(s.StateDir(), "tandem.sock")); err != nil {
			t.Fatal(err)
		}
		private(t, s.StateDir(), "last-good.json", "tandem.sock", "MANIFEST", ".log", "OPTIONS")
		stopApp(t, a)
		private(t, s.StateDir(), "last-good.json", "MANIFEST")
	}
}

// private holds that files and directories are their owner's alone, and that those are among them.
func private(t *testing.T, dir string, among ...string) {
	t.Helper()
	var seen strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		seen.WriteString(path + "\n")
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s is of mode %o", path, mode)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range among {
		if !strings.Contains(seen.String(), name) {
			t.Errorf("there is no %s in\n%s", name, seen.String())
		}
	}
}

package cli

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestAPlanIsItsOwnersAlone: it tells prices.
func TestAPlanIsItsOwnersAlone(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	path := filepath.Join(t.TempDir(), "friday.plan")
	f, err := newPlanFile(path)
	if err == nil {
		err = f.Keep("line\n")
	}
	if err == nil {
		err = f.finish()
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tandem-sync/tandem/config"
)

func TestDaemonSound(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"errors elsewhere", `daemon { state_dir = "s" }` + "\n" + `locals { key = env("MISSING") }`, true},
		{"no daemon block", `locals { key = env("MISSING") }`, true},
		{"the token is missing", `daemon { ` + "\n" + `  state_dir = "s"` + "\n" + `  token = env("MISSING")` + "\n" + `}`, true},
		{"an error in the daemon block", `daemon { ` + "\n" + `  state_dir = "s"` + "\n" + `  listn = "x"` + "\n" + `}`, false},
		{"the directory is missing", `daemon { state_dir = env("MISSING") }`, false},
		{"the directory depends on what is missing", `locals { dir = env("MISSING") }` + "\n" + `daemon { state_dir = local.dir }`, false},
		{"a syntax error anywhere", `daemon { state_dir = "s" }` + "\n" + `locals {`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a.hcl"), []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, diags := config.Load(dir, config.Options{Getenv: func(string) (string, bool) { return "", false }})
			if !diags.HasErrors() {
				t.Fatal("the case needs a configuration with errors")
			}
			if got := daemonSound(cfg, diags); got != tt.want {
				t.Errorf("got %v, want %v: %v", got, tt.want, diags)
			}
		})
	}
	if cfg, diags := config.Load(filepath.Join(t.TempDir(), "none"), config.Options{}); daemonSound(cfg, diags) {
		t.Error("a directory that is not there names a daemon")
	}
}

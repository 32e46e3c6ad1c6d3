// Package packaging_test holds the unit and the package against the systems that take them.
package packaging_test

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
)

const unit = "../examples/systemd/tandem.service"

// tool returns the path of a program. Where it is not there the test is skipped, unless CI says by that variable
// that it must be.
func tool(t *testing.T, name, required string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv(required) != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("there is no %s here", name)
	}
	return path
}

// run returns what a program prints, and fails the test where it fails.
func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER=cat")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr.Bytes())
	}
	return append(out, stderr.Bytes()...)
}

func TestUnitIsClean(t *testing.T) {
	analyze := tool(t, "systemd-analyze", "TANDEM_TEST_SYSTEMD")
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// It wants the program to be where the unit says, which it is not.
	local := filepath.Join(t.TempDir(), "tandem.service")
	if err := os.WriteFile(local, bytes.ReplaceAll(text, []byte("/usr/bin/tandem"), []byte(program)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(t, analyze, "verify", "--man=no", local); len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("systemd-analyze verify says:\n%s", out)
	}
}

func TestUnitIsConfined(t *testing.T) {
	analyze := tool(t, "systemd-analyze", "TANDEM_TEST_SYSTEMD")
	out := run(t, analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit) // fails above 2.0
	if !strings.Contains(string(out), "Overall exposure level for tandem.service: ") {
		t.Errorf("got %s", out)
	}
}

// Each credential that the unit hands on is in the docs and has a name that the configuration can ask for, and those that
// the starting configuration asks for are handed on.
func TestStartingConfiguration(t *testing.T) {
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	credentials := t.TempDir()
	lines := regexp.MustCompile(`(?m)^LoadCredential=(\w+):tandem\.(\w+)$`).FindAllStringSubmatch(string(text), -1)
	for _, m := range lines {
		if m[1] != m[2] {
			t.Errorf("%s is called %s in the store", m[1], m[2])
		}
		if !strings.Contains(string(page), "`"+m[1]+"`") {
			t.Errorf("docs/operations.md does not tell of the credential %s", m[1])
		}
		if err := os.WriteFile(filepath.Join(credentials, m[1]), []byte("k3y"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(lines) == 0 {
		t.Error("the unit has no credentials")
	}
	example, err := os.ReadFile("deb/tandem.hcl.example")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tandem.hcl"), example, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, diags := config.Load(dir, config.Options{
		CredentialsDir: credentials,
		Kinds:          []pipeline.SourceKind{odoo.Kind(), productsmanager.Kind()},
		Getenv:         func(string) (string, bool) { return "", false },
	})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if want := "StateDirectory=tandem"; cfg.Daemon.StateDir != "/var/lib/tandem" || !strings.Contains(string(text), want) {
		t.Errorf("the state is in %s, the unit does not have %s", cfg.Daemon.StateDir, want)
	}
}

// built is the package that `make deb` made.
func built(t *testing.T) string {
	t.Helper()
	deb := os.Getenv("TANDEM_TEST_DEB")
	if deb == "" {
		t.Skip("make deb makes the package and runs this")
	}
	return deb
}

func TestPackage(t *testing.T) {
	deb, dpkg := built(t), tool(t, "dpkg-deb", "CI")
	root := t.TempDir()
	run(t, dpkg, "-x", deb, root)
	for _, path := range []string{
		"usr/bin/tandem", "usr/lib/systemd/system/tandem.service", "usr/lib/sysusers.d/tandem.conf", "etc/tandem/tandem.hcl.example",
		"usr/share/man/man1/tandem.1.gz", "usr/share/man/man1/tandem-run.1.gz", "usr/share/man/man1/tandem-demo.1.gz",
		"usr/share/bash-completion/completions/tandem", "usr/share/zsh/vendor-completions/_tandem", "usr/share/fish/vendor_completions.d/tandem.fish",
		"usr/share/doc/tandem/copyright", "usr/share/doc/tandem/changelog.gz", "usr/share/doc/tandem/changelog.Debian.gz",
		"usr/share/doc/tandem/third-party-licenses.gz", "usr/share/doc/tandem/docs/operations.md", "usr/share/doc/tandem/examples/simple/tandem.hcl",
	} {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Size() == 0 {
			t.Errorf("the package lacks %s", path)
		}
	}
	for header, err := range headers(run(t, dpkg, "--fsys-tarfile", deb)) {
		if err != nil {
			t.Fatal(err)
		}
		if header.Mode&0o022 != 0 && header.Typeflag != tar.TypeSymlink || header.Uname != "root" {
			t.Errorf("%s is of %s, with mode %o", header.Name, header.Uname, header.Mode)
		}
	}
	version := strings.TrimSuffix(strings.TrimSpace(string(run(t, dpkg, "-f", deb, "Version"))), "-1")
	if arch := strings.TrimSpace(string(run(t, dpkg, "-f", deb, "Architecture"))); arch == strings.TrimSpace(string(run(t, "dpkg", "--print-architecture"))) {
		if out := string(run(t, filepath.Join(root, "usr/bin/tandem"), "version")); !strings.HasPrefix(out, "tandem ") {
			t.Errorf("version %s says %s", version, out)
		}
	}

	control := t.TempDir()
	run(t, dpkg, "-e", deb, control)
	conffiles, err := os.ReadFile(filepath.Join(control, "conffiles"))
	if err != nil || string(conffiles) != "/etc/tandem/tandem.hcl.example\n" {
		t.Errorf("conffiles are %q, %v", conffiles, err)
	}
	for _, script := range []string{"postinst", "prerm", "postrm"} {
		run(t, "sh", "-n", filepath.Join(control, script))
	}
}

func headers(archive []byte) func(yield func(*tar.Header, error) bool) {
	return func(yield func(*tar.Header, error) bool) {
		for r := tar.NewReader(bytes.NewReader(archive)); ; {
			h, err := r.Next()
			if h == nil || !yield(h, err) {
				return
			}
		}
	}
}

// Debian's own judgement, where its tool is there.
func TestLintian(t *testing.T) {
	deb, lintian := built(t), tool(t, "lintian", "TANDEM_TEST_LINTIAN")
	cmd := exec.Command(lintian, "--allow-root", "--fail-on", "error,warning", deb)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

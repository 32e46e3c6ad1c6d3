package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config"
)

// options are those of the tests: an environment of a few variables, a directory of credentials.
func options(t testing.TB) config.Options {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"dashboard_token", "odoo_webhook", "pm_webhook"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{
		"ODOO_API_KEY": secret, "PM_API_KEY": secret, "MINIO_ACCESS_KEY": secret, "MINIO_SECRET_KEY": secret,
		"ODOO_URL": "https://odoo.example.com",
	}
	return config.Options{
		Kinds:          append(kinds(), closedKind()),
		Getenv:         func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		CredentialsDir: dir,
	}
}

// secret is what must never be shown.
const secret = "s3cr3t-that-must-not-be-shown"

func render(t testing.TB, c *config.Config, problems hcl.Diagnostics) string {
	t.Helper()
	var b bytes.Buffer
	if err := hcl.NewDiagnosticTextWriter(&b, c.Files, 100, false).WriteDiagnostics(problems); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExample(t *testing.T) {
	c, problems := config.Load("testdata/example", options(t))
	t.Log(render(t, c, problems))
	if problems.HasErrors() {
		t.Fatal()
	}
	t.Logf("%+v", c.Pipelines[0])
}

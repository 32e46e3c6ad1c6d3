package config_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config"
)

// TestPlainSecretsAreMasked: what a snippet can show of a file never holds a secret that stands in it.
func TestPlainSecretsAreMasked(t *testing.T) {
	for line, want := range map[string]string{
		`api_key = "abc"`:                       `api_key = "***"`,
		`password="a\"b"  # note`:               `password="****"  # note`,
		`api_kee = "abc"`:                       `api_kee = "***"`,
		`client_secret = "é"`:                   `client_secret = "**"`,
		`webhook { secret = "abc" }`:            `webhook { secret = "***" }`,
		`keys = { a = 1, api_key = "abc" }`:     `keys = { a = 1, api_key = "***" }`,
		`token = ["abc", upper("def")]`:         `token = ["***", upper("***")]`,
		`token = "unclosed`:                     `token = "********`,
		`api_key = env("PM_API_KEY")`:           `api_key = env("PM_API_KEY")`,
		`token = trimspace(file("secret.txt"))`: `token = trimspace(file("secret.txt"))`,
		`password = "${env("X")}"`:              `password = "${env("X")}"`,
		`where = record.token == "x"`:           `where = record.token == "x"`,
		`url = "https://example.com"`:           `url = "https://example.com"`,
		`erp = "x_secret"`:                      `erp = "x_secret"`,
		`url = "https://me:abc@example.com/a"`:  `url = "https://******@example.com/a"`,
		`url = "https://x.org/?a=1&api_key=ab"`: `url = "https://x.org/?a=1&api_key=**"`,
		`url = "https://me:${env("X")}@x.org"`:  `url = "https://me:${env("X")}@x.org"`,
	} {
		c, _ := config.LoadBytes("", map[string][]byte{"a.hcl": []byte("# first\n" + line + "\nlast = \"abc\"\n")}, options(t))
		got := strings.Split(string(c.Files["a.hcl"].Bytes), "\n")
		if len(got) != 4 || got[1] != want || got[2] != `last = "abc"` {
			t.Errorf("%s is shown as %q", line, got)
		}
	}
}

// TestKnownSecretsAreMasked: what a setting has for a secret is masked wherever else it stands in the files.
func TestKnownSecretsAreMasked(t *testing.T) {
	text := "# was " + secret + "\nlocals {\n  x = \"" + secret + "\" # and " + secret + "\n  y = \"tea\"\n}\n" +
		"daemon {\n  token = env(\"PM_API_KEY\")\n}\n"
	c, _ := config.LoadBytes("", map[string][]byte{"a.hcl": []byte(text)}, options(t))
	got := string(c.Files["a.hcl"].Bytes)
	if strings.Contains(got, secret) || len(got) != len(text) || !strings.Contains(got, `y = "tea"`) {
		t.Errorf("shown as\n%s", got)
	}
	if known := c.Secrets(); len(known) != 1 || known[0].Reveal() != secret {
		t.Errorf("%d secrets are known", len(known))
	}
}

// TestNoSecretIsShown puts secrets where they do not belong and looks at everything that is said.
func TestNoSecretIsShown(t *testing.T) {
	for _, body := range []string{
		`url = env("PM_API_KEY")`, `url = "x-${env("PM_API_KEY")}"`, `protocol = env("PM_API_KEY")`, `company = env("PM_API_KEY")`,
		`timeout = credential("pm_webhook")`, `login = parseint(env("PM_API_KEY"), 10)`, `login = lookup({}, env("PM_API_KEY"))`,
		`login = env(env("PM_API_KEY"))`, `login = file(env("PM_API_KEY"))`, `login = credential(credential("pm_webhook"))`, `login = regex("(", env("PM_API_KEY"))`,
		`login = env("PM_API_KEY").x`, `login = { (env("PM_API_KEY")) = 1 }.y`, `login = tonumber(upper(env("PM_API_KEY")))`,
		`workers = [for k in split("-", env("PM_API_KEY")) : parseint(k, 10)]`, `"${env("PM_API_KEY")}" = 1`,
	} {
		c, problems := config.Load(write(t, map[string]string{"a.hcl": "source \"odoo\" \"erp\" {\n  " + body + "\n}\n"}), options(t))
		if !problems.HasErrors() {
			t.Errorf("%s is no mistake", body)
		}
		shown := render(t, c, problems) + problems.Error()
		for _, d := range problems {
			if d.EvalContext != nil && d.Expression != nil {
				shown += values(d)
			}
		}
		if strings.Contains(strings.ToLower(shown), secret) || strings.Contains(shown, "s3cr3t") {
			t.Errorf("%s shows a secret:\n%s", body, shown)
		}
	}
}

// values are what a renderer of its own might show beside a snippet.
func values(d *hcl.Diagnostic) string {
	var b strings.Builder
	for _, t := range d.Expression.Variables() {
		if v, problems := t.TraverseAbs(d.EvalContext); !problems.HasErrors() {
			b.WriteString(v.GoString())
		}
	}
	return b.String()
}

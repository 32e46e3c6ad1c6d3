package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/config"
)

const staged = `
variable "host" { type = string }
variable "workers" {
  type    = number
  default = "4"
}
variable "shops" {
  type    = map(string)
  default = {}
}
variable "key" {}
source "odoo" "erp" {
  url      = "https://${var.host}"
  database = lookup(var.shops, "paris", "none")
  login    = "sync-${var.workers + 1}"
  api_key  = var.key
}
`

// Of a variable's values the one that is nearest to the person counts.
func TestVariableFiles(t *testing.T) {
	dir := write(t, map[string]string{
		"a.hcl":              staged,
		"tandem.vars.hcl":    "host = \"dir\"\nworkers = 1\nkey = env(\"ODOO_API_KEY\")\n",
		"staging.vars.hcl":   "host = \"staging\"\nshops = { paris = \"p\" }\n",
		"more.vars.hcl":      "host = \"more\"\n",
		"unread.vars.hcl":    "nothing = 1\n",
		"sub/other.vars.hcl": "host = \"sub\"\n",
	})
	files := func(names ...string) []string {
		for i, n := range names {
			names[i] = filepath.Join(dir, n)
		}
		return names
	}
	for name, tt := range map[string]struct {
		files []string
		env   string
		vars  map[string]string
		want  string // url, database, login
	}{
		"directory":   {want: "https://dir none sync-2"},
		"environment": {env: "env", want: "https://env none sync-2"},
		"file":        {env: "env", files: files("staging.vars.hcl"), want: "https://staging p sync-2"},
		"later file":  {files: files("staging.vars.hcl", "more.vars.hcl"), want: "https://more p sync-2"},
		"subfolder":   {files: files("sub/other.vars.hcl"), want: "https://sub none sync-2"},
		"flag":        {files: files("staging.vars.hcl"), vars: map[string]string{"host": "flag", "workers": "7", "shops": `{ paris = "q" }`}, want: "https://flag q sync-8"},
	} {
		opts := options(t)
		opts.VarFiles, opts.Vars = tt.files, tt.vars
		known := opts.Getenv
		opts.Getenv = func(name string) (string, bool) {
			if name == "TANDEM_VAR_host" {
				return tt.env, tt.env != ""
			}
			return known(name)
		}
		s := mustLoad(t, dir, opts).Sources[0].Settings.(*odooSettings)
		if got := strings.Join([]string{s.URL, s.Database, s.Login}, " "); got != tt.want || s.APIKey.Reveal() != secret {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestVariableFileMistakes(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"missing":  {"", []string{"cannot be read"}},
		"syntax":   {"host = \"" + secret + "\" oops\nkey = 1\n", []string{"x.vars.hcl line 1"}},
		"no value": {"host = \"h\"\n", []string{`The variable "key" has no default and is not set`, "in a file that -var-file names"}},
		"type":     {"host = \"h\"\nkey = \"" + secret + "\"\nworkers = \"" + secret + "\"\n", []string{"x.vars.hcl line 3", `The value that x.vars.hcl:3 gives to "workers" must be a number, as its type says.`}},
		"unknown":  {"host = \"h\"\nkey = \"k\"\nworker = 1\n", []string{"x.vars.hcl line 3", `No variable block defines "worker". Did you mean "workers"?`}},
	} {
		opts := options(t)
		dir := write(t, map[string]string{"a.hcl": staged})
		file := filepath.Join(dir, "none.vars.hcl")
		if tt.text != "" {
			file = filepath.Join(write(t, map[string]string{"x.vars.hcl": tt.text}), "x.vars.hcl")
		}
		opts.VarFiles = []string{file}
		c, problems := config.Load(dir, opts)
		got := render(t, c, problems)
		flat := strings.Join(strings.Fields(got), " ")
		for _, want := range tt.want {
			if !strings.Contains(flat, want) {
				t.Errorf("%s: want %q in\n%s", name, want, got)
			}
		}
		if len(problems.Errs()) != 1 || strings.Contains(got, secret) {
			t.Errorf("%s: one error without a secret is due:\n%s", name, got)
		}
	}
}

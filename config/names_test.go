package config_test

import (
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/config"
)

// TestVariables: -var wins over the environment, which wins over the default; the type is the default's.
func TestVariables(t *testing.T) {
	const text = `
variable "name" {}
variable "rate" { default = 20 }
variable "on" {
  description = "whether"
  default     = false
}
variable "brands" { default = { a = "A" } }

source "odoo" "erp" {
  url      = "https://${var.name}.example.com"
  database = var.brands.x
  login    = "rate-${var.rate + 1}"
  api_key  = var.name
  categories { create = var.on }
}
`
	opts := options(t)
	env := map[string]string{"TANDEM_VAR_name": "from-env", "TANDEM_VAR_rate": "5.5", "TANDEM_VAR_on": "true"}
	opts.Getenv = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	opts.Vars = map[string]string{"name": "from-flag", "brands": `{ x = "X" }`}
	c := mustLoad(t, write(t, map[string]string{"a.hcl": text}), opts)
	s := c.Sources[0].Settings.(*odooSettings)
	if s.URL != "https://from-flag.example.com" || s.Database != "X" || s.Login != "rate-6.5" || !s.Categories.Create || s.APIKey.Reveal() != "from-flag" {
		t.Errorf("%+v", s)
	}
	for name, tt := range map[string]struct {
		vars map[string]string
		want string
	}{
		"none":        {nil, `The variable "name" has no default and is not set`},
		"wrong type":  {map[string]string{"name": "x", "rate": secret, "brands": `{ x = 1 }`}, `The value that -var gives to "rate" must be a number, like its default`},
		"not a map":   {map[string]string{"name": "x", "brands": secret}, `must be written like its default, as a list or a map`},
		"no such":     {map[string]string{"name": "x", "brand": "y"}, `-var sets "brand", which no variable block defines. Did you mean "brands"?`},
		"unlike all":  {map[string]string{"name": "x", "zzzzzzzz": "y"}, "Add `variable \"zzzzzzzz\" {}` to the configuration"},
		"expressions": {map[string]string{"name": "x", "brands": `{ x = env("PM_API_KEY") }`}, `must be written like its default`},
	} {
		opts := options(t)
		opts.Vars = tt.vars
		c, problems := config.Load(write(t, map[string]string{"a.hcl": text}), opts)
		if got := render(t, c, problems); !strings.Contains(strings.Join(strings.Fields(got), " "), tt.want) || strings.Contains(got, secret) {
			t.Errorf("%s: want %q in\n%s", name, tt.want, got)
		}
	}
}

// TestLocals: any number of blocks, in any order of files, referring to each other.
func TestLocals(t *testing.T) {
	c := mustLoad(t, write(t, map[string]string{
		"a.hcl": `
locals { full = "${local.host}:${local.port}" }
source "odoo" "erp" {
  url      = "https://${local.full}"
  database = join("-", sort(keys(local.all)))
  login    = local["host"]
  api_key  = local.keys.erp
}
locals {
  all  = { a = local.port, b = var.x }
  keys = { erp = env("ODOO_API_KEY") }
}`,
		"z.hcl": `
locals {
  host = "h"
  port = 8000 + local.offset
}
locals { offset = 69 }
variable "x" { default = 1 }`,
	}), options(t))
	s := c.Sources[0].Settings.(*odooSettings)
	if s.URL != "https://h:8069" || s.Database != "a-b" || s.Login != "h" || s.APIKey.Reveal() != secret {
		t.Errorf("%+v", s)
	}
}

// TestFailuresDoNotSpread: what refers to something that failed is not reported again.
func TestFailuresDoNotSpread(t *testing.T) {
	c, problems := config.Load(write(t, map[string]string{"a.hcl": sources, "b.hcl": `
locals {
  rate = env("NO_SUCH_VARIABLE")
  half = local.rate / 2
}
source "odoo" "other" {
  url      = local.half
  database = "x"
  login    = "x"
  api_key  = "${local.rate}"
}
` + pipelineOf(`
  mapping {
    defaults = true
    field "price" { to_erp = value * local.half }
  }`) + `
pipeline "other" {
  left  = source.products_manager.pm
  right = source.odoo.other
  mapping { defaults = true }
}`}), options(t))
	if len(problems.Errs()) != 1 || !strings.Contains(problems.Errs()[0].Error(), "NO_SUCH_VARIABLE is not set") {
		t.Errorf("one error is due:\n%s", render(t, c, problems))
	}
	if len(c.Pipelines) != 0 {
		t.Errorf("%d pipelines were compiled of what failed", len(c.Pipelines))
	}
}

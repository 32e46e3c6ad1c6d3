package cli

import (
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// lastGood replaces a configuration with errors by the last good one.
func (c *cli) lastGood(cfg **config.Config, diags *hcl.Diagnostics, stateDir string) error {
	if stateDir == "" {
		stateDir = stateDirOf(*cfg, *diags)
	}
	if stateDir == "" {
		return &pipeline.Error{
			Code:    pipeline.CodeConfiguration,
			Message: "the configuration has errors, and what is left of it does not say where its state directory is",
			Remedy:  "Correct what `tandem validate` tells, or name the directory: tandem run --last-good --state-dir DIR.",
		}
	}
	good, err := app.ReadLastGood(stateDir)
	if err != nil {
		return err
	}
	o, dir, err := c.options()
	if err != nil {
		return err
	}
	*cfg, *diags = config.LoadFiles(dir, good.Files, o)
	return c.valid(*cfg, *diags)
}

// stateDirOf finds the state directory in a configuration with errors, "" where it is not to be found.
func stateDirOf(cfg *config.Config, diags hcl.Diagnostics) string {
	if daemonSound(cfg, diags) {
		return cfg.Daemon.StateDir
	}
	for name, file := range cfg.Files {
		parsed, _ := hclsyntax.ParseConfig(file.Bytes, name, hcl.InitialPos) // as much of it as can be read
		body, ok := parsed.Body.(*hclsyntax.Body)
		if !ok {
			continue
		}
		for _, b := range body.Blocks {
			a := b.Body.Attributes["state_dir"]
			if b.Type != "daemon" || a == nil {
				continue
			}
			v, problems := a.Expr.Value(nil)
			if problems.HasErrors() || v.IsNull() || v.Type() != cty.String {
				return ""
			}
			if dir := v.AsString(); filepath.IsAbs(dir) {
				return dir
			}
			return filepath.Join(cfg.Dir, v.AsString())
		}
	}
	return ""
}

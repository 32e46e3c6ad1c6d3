package cli

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config"
)

// daemonSound tells whether the daemon's state directory is known although the configuration has errors.
// It matters because a person's shell often lacks what the daemon has: with the credentials of a systemd
// unit, `tandem status` sees errors in the source blocks, but the daemon that runs can be asked.
//
// The block that names the directory must be free of errors, and the directory must be written there as
// it is, since a value computed from something that failed would silently be the default.
func daemonSound(cfg *config.Config, diags hcl.Diagnostics) bool {
	if len(cfg.Files) == 0 {
		return false
	}
	for name, file := range cfg.Files {
		parsed, problems := hclsyntax.ParseConfig(file.Bytes, name, hcl.InitialPos)
		body, ok := parsed.Body.(*hclsyntax.Body)
		if problems.HasErrors() || !ok {
			return false
		}
		for _, b := range body.Blocks {
			if b.Type == "daemon" && !sound(b, diags) {
				return false
			}
		}
	}
	return true
}

func sound(b *hclsyntax.Block, diags hcl.Diagnostics) bool {
	if dir := b.Body.Attributes["state_dir"]; dir != nil && len(dir.Expr.Variables()) > 0 {
		return false
	}
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil && b.Range().Overlaps(*d.Subject) {
			// A credential that only the daemon can read, such as its token, is no obstacle.
			if token := b.Body.Attributes["token"]; token == nil || !token.Range().Overlaps(*d.Subject) {
				return false
			}
		}
	}
	return true
}

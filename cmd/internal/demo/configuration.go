package demo

import (
	"bytes"
	_ "embed" // the configuration
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"text/template"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

//go:embed sample/tandem.hcl.tmpl
var configurationText string

// configure writes the configuration of a daemon between both systems into dir, and reads it as the
// daemon does. desk is the address of the page, schedule the line of the schedule block.
func (s *shop) configure(dir, desk, listen, schedule string) (*config.Config, error) {
	t, err := template.New("tandem.hcl").Option("missingkey=error").Parse(configurationText)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = t.Execute(&text, map[string]string{
		"Listen": listen, "Schedule": schedule,
		"Images": filepath.Join(dir, imagesDir), "ImagesAt": desk + "/" + imagesDir,
		"PM": s.pmURL, "PMKey": pmKey,
		"ERP": s.erpURL, "Database": database, "Language": language,
		"Login": odoosim.BotLogin, "ERPKey": odoosim.BotKey,
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "tandem.hcl"), text.Bytes(), 0o600); err != nil {
		return nil, err
	}
	cfg, diags := load(dir)
	if diags.HasErrors() {
		return nil, &pipeline.Error{
			Code: pipeline.CodeInternal, Message: "the demonstration's own configuration has errors", Cause: errors.Join(diags.Errs()...),
		}
	}
	return cfg, nil
}

func load(dir string) (*config.Config, hcl.Diagnostics) {
	return config.Load(dir, config.Options{Kinds: app.Kinds(), Getenv: os.LookupEnv})
}

// freeAddress returns the daemon's usual address or, when that is taken, any free port.
func freeAddress() (address string, usual bool) {
	l, err := net.Listen("tcp", config.DefaultListen)
	if err != nil {
		return "127.0.0.1:0", false
	}
	return config.DefaultListen, l.Close() == nil
}

func directory() (string, error) {
	dir, err := os.MkdirTemp("", "tandem-demo-")
	if err != nil {
		return "", fmt.Errorf("making a directory for the demonstration: %w", err)
	}
	return dir, nil
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// systemDir is where the configuration is looked for after the working directory.
const systemDir = "/etc/tandem"

// with calls f with the daemon that runs on the configured state directory or, if none does, with an App
// of this process that uses the state as said.
func (c *cli) with(ctx context.Context, use app.StateUse, f func(web.Backend) error) error {
	cfg, diags, err := c.load()
	if err != nil {
		return err
	}
	stateDir := cfg.Daemon.StateDir
	if diags.HasErrors() {
		stateDir = stateDirOf(cfg, diags)
	}
	if stateDir != "" {
		client, err := web.Dial(ctx, stateDir)
		if err != nil {
			return err
		}
		if client != nil {
			defer client.Close()
			return f(client)
		}
	}
	if err := c.valid(cfg, diags); err != nil {
		return err
	}
	a, err := c.bring(ctx, cfg, use)
	if err != nil {
		return err
	}
	defer stop(a)
	return f(a)
}

// bring makes an App of this process.
func (c *cli) bring(ctx context.Context, cfg *config.Config, use app.StateUse) (*app.App, error) {
	secrets := c.secretsOf(cfg)
	logger, cycles := c.commandLoggers(cfg, secrets)
	return newApp(ctx, cfg, app.Options{State: use, Version: c.Version, Logger: logger, Cycles: cycles, Secrets: secrets})
}

// lockPatience is how long a state is waited for that another command uses: most do for a moment only.
const lockPatience = 10 * time.Second

// newApp is app.New, which it tries again while a command, but no daemon, uses the state.
func newApp(ctx context.Context, cfg *config.Config, o app.Options) (*app.App, error) {
	for start := time.Now(); ; {
		a, err := app.New(ctx, cfg, o)
		var failure *pipeline.Error
		if !errors.As(err, &failure) || failure.Code != pipeline.CodeStateLocked || time.Since(start) > lockPatience {
			return a, err
		}
		if daemon, dialed := web.Dial(ctx, cfg.Daemon.StateDir); daemon != nil || dialed != nil {
			if daemon != nil {
				daemon.Close()
			}
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop closes an App; whatever its state could not say before it closes is in the log.
func stop(a *app.App) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = a.Stop(ctx)
}

// load reads the configuration, valid or not.
func (c *cli) load() (*config.Config, hcl.Diagnostics, error) {
	load, _, err := c.loader()
	if err != nil {
		return nil, nil, err
	}
	cfg, diags := load()
	return cfg, diags, nil
}

// loader returns what reads the configuration, each time anew, and from which directory.
func (c *cli) loader() (app.Loader, string, error) {
	o, dir, err := c.options()
	if err != nil {
		return nil, "", err
	}
	return func() (*config.Config, hcl.Diagnostics) { return config.Load(dir, o) }, dir, nil
}

// options returns what the configuration is read with, and its directory.
func (c *cli) options() (config.Options, string, error) {
	vars := map[string]string{}
	for _, v := range c.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return config.Options{}, "", &pipeline.Error{
				Code: pipeline.CodeUsage, Message: fmt.Sprintf("-var %s has no value", v), Remedy: "Write -var NAME=VALUE.",
			}
		}
		vars[name] = value
	}
	dir, err := c.configDir()
	if err != nil {
		return config.Options{}, "", err
	}
	credentials, _ := c.Getenv("CREDENTIALS_DIRECTORY")
	return config.Options{Kinds: c.Kinds, Vars: vars, VarFiles: c.varFiles, Getenv: c.Getenv, CredentialsDir: credentials}, dir, nil
}

// configDir is -c, else the working directory if it holds a configuration, else /etc/tandem if that does.
func (c *cli) configDir() (string, error) {
	if c.dir != "" {
		return c.dir, nil
	}
	for _, dir := range []string{".", systemDir} {
		if found, _ := filepath.Glob(filepath.Join(dir, "*.hcl")); len(found) > 0 {
			return dir, nil
		}
	}
	return "", &pipeline.Error{
		Code:    pipeline.CodeConfiguration,
		Message: "there is no configuration: neither the working directory nor " + systemDir + " holds .hcl files",
		Remedy:  "Change to the directory of the configuration, or name it with -c DIR.",
	}
}

// valid tells what is wrong with a configuration and returns an error if it cannot be used.
func (c *cli) valid(cfg *config.Config, diags hcl.Diagnostics) error {
	if !diags.HasErrors() {
		return nil
	}
	if c.json {
		first := diags.Errs()[0].Error()
		return &pipeline.Error{
			Code:    pipeline.CodeConfiguration,
			Message: fmt.Sprintf("errors in the configuration: %d; the first: %s", len(diags.Errs()), first),
			Remedy:  "Correct what `tandem validate` tells.",
		}
	}
	out := render.Output{W: c.Stderr, Color: c.colors(c.StderrTerminal)}
	if err := out.Diagnostics(diags, cfg.Files); err != nil {
		return err
	}
	return exit(ExitUsage)
}

// commandLoggers are the loggers of a command that is not the daemon. What a cycle did is its result,
// which need not stand in a log too, except at level debug.
func (c *cli) commandLoggers(cfg *config.Config, secrets *pipeline.Redactor) (logger, cycles *slog.Logger) {
	logger = slog.New(discreetHandler{slog.NewTextHandler(c.Stderr, &slog.HandlerOptions{Level: cfg.Daemon.Log.Level}), secrets})
	if cfg.Daemon.Log.Level <= slog.LevelDebug {
		return logger, logger
	}
	return logger, slog.New(slog.DiscardHandler)
}

// who names the person at the terminal, for the history.
func (c *cli) who() string {
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if user, _ := c.Getenv(name); user != "" {
			return user
		}
	}
	return fmt.Sprintf("uid %d", os.Getuid())
}

// Command tandem keeps a product catalogue in Products Manager and in Odoo in step.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/coreos/go-systemd/v22/journal"
	"golang.org/x/term"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/cli"
	"github.com/tandem-sync/tandem/cmd/internal/demo"
)

// version is set by the linker for a release (-ldflags "-X main.version=…").
var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the second one has its usual effect: it ends the process at once.
	context.AfterFunc(ctx, stop)
	inJournal, _ := journal.StderrIsJournalStream() // an error means that it cannot be known
	os.Exit(cli.Main(ctx, cli.Process{
		Args:           os.Args[1:],
		Stdin:          os.Stdin,
		Stdout:         os.Stdout,
		Stderr:         os.Stderr,
		StdinTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		StderrJournal:  inJournal,
		Getenv:         os.LookupEnv,
	}, cli.Options{
		Version: versionOrBuild(),
		Kinds:   app.Kinds(),
		Demo:    demo.Runner{Program: os.Args[0]}.Run,
	}))
}

// versionOrBuild is the release, or what the go command knows of the build.
func versionOrBuild() string {
	if info, ok := debug.ReadBuildInfo(); version == "" && ok && info.Main.Version != "" {
		return info.Main.Version
	}
	if version == "" {
		return "unknown"
	}
	return version
}

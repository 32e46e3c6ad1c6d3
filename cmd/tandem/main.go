// Command tandem keeps a product catalogue in Products Manager and in Odoo in step.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/coreos/go-systemd/v22/journal"
	"golang.org/x/term"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/cli"
	"github.com/tandem-sync/tandem/cmd/internal/demo"
)

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
		Commit:  commitOrBuild(),
		Kinds:   app.Kinds(),
		Demo:    demo.Runner{Program: os.Args[0]}.Run,
	}))
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/pipeline"
)

// Process is what a command knows of the process that it runs in.
type Process struct {
	Args           []string // without the program's name
	Stdout, Stderr io.Writer
	// StdoutTerminal and StderrTerminal tell whether a person looks on.
	StdoutTerminal, StderrTerminal bool
	StderrJournal                  bool // whether standard error is systemd's journal
	Stdin                          io.Reader
	StdinTerminal                  bool // whether a person can be asked
	Getenv                         func(name string) (string, bool)
}

// Options are what the program brings along.
type Options struct {
	Version string
	Commit  string                // "" where the build does not know it
	Kinds   []pipeline.SourceKind // the registry of source kinds
	Demo    DemoFunc              // nil: there is no demo command
}

// cli is one run of the program.
type cli struct {
	Process
	Options
	dir  string   // -c
	vars []string // -var
	// varFiles are -var-file.
	varFiles []string
	json     bool
}

// Commands is the command line as it is, for what describes it. Its commands are not for running.
func Commands(o Options) *cobra.Command { return (&cli{Options: o}).root() }

// Main runs a command and returns its exit code. ctx ends when the process is told to stop.
func Main(ctx context.Context, p Process, o Options) int {
	c := &cli{Process: p, Options: o}
	root := c.root()
	root.SetArgs(longFlags(root, p.Args))
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	err := root.ExecuteContext(ctx)
	code := exitCode(err)
	if err == nil || errors.As(err, &ended{}) {
		return code
	}
	out := render.Output{W: p.Stderr, Color: c.colors(p.StderrTerminal), Now: time.Now()}
	if c.json || slices.Contains(p.Args, "--json") || slices.Contains(p.Args, "-json") { // not parsed after a usage error
		out = render.Output{W: p.Stdout, JSON: true}
	}
	if out.Failure(err) != nil && code == ExitDone {
		return ExitFailed
	}
	return code
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tandem",
		Short: "Keeps a product catalogue in Products Manager and in Odoo in step",
		Long: "Tandem keeps a product catalogue in Products Manager and in Odoo in step, both ways,\n" +
			"from HCL files. Start with `tandem validate`, then `tandem check`, `tandem plan` and `tandem sync`;\n" +
			"`tandem run` is the daemon.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 usage or configuration error, 3 done in part (some records in\n" +
			"quarantine or conflict), 4 stopped by a brake, 5 differences found (plan, fmt --check).",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&c.dir, "config", "c", "", "`directory` of the configuration (default: the working directory, then /etc/tandem)")
	flags.StringArrayVar(&c.vars, "var", nil, "value of a variable, as `NAME=VALUE`; may be repeated")
	flags.StringArrayVar(&c.varFiles, "var-file", nil, "`file` of values of variables; may be repeated, the last one counts")
	flags.BoolVar(&c.json, "json", false, "print JSON")
	root.AddCommand(
		c.initCommand(),
		c.runCommand(),
		c.validateCommand(),
		c.fmtCommand(),
		c.testCommand(),
		c.graphCommand(),
		c.consoleCommand(),
		c.schemaCommand(),
		c.functionsCommand(),
		c.checkCommand(),
		c.webhookCommand(),
		c.planCommand(),
		c.syncCommand(),
		c.statusCommand(),
		c.reloadCommand(),
		c.approveCommand(),
		c.pauseCommand(),
		c.resumeCommand(),
		c.conflictsCommand(),
		c.quarantineCommand(),
		c.historyCommand(),
		c.applyCommand(),
		c.undoCommand(),
		c.explainCommand(),
		c.stateCommand(),
		c.versionCommand(),
	)
	if c.Demo != nil {
		root.AddCommand(c.demoCommand())
	}
	usageErrors(root)
	c.completions(root)
	return root
}

// usageErrors makes what cobra finds wrong with the command line an *Error of code usage.
func usageErrors(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, err.Error()) })
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			var told *pipeline.Error
			err := check(cmd, args)
			if err == nil || errors.As(err, &told) {
				return err
			}
			return usage(cmd, err.Error())
		}
	}
	for _, sub := range cmd.Commands() {
		usageErrors(sub)
	}
}

// knownCommand refuses what is left when no command of that name was found.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := &pipeline.Error{
		Code: pipeline.CodeUsage, Message: fmt.Sprintf("%q has no command %q", cmd.CommandPath(), args[0]),
		Remedy: fmt.Sprintf("`%s --help` lists the commands.", cmd.CommandPath()),
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	if near := pipeline.Nearest(args[0], names); near != "" {
		err.Remedy = fmt.Sprintf("Did you mean `%s %s`?", cmd.CommandPath(), near)
	}
	return err
}

func usage(cmd *cobra.Command, message string) error {
	message, _, _ = strings.Cut(message, "\n")
	return &pipeline.Error{
		Code: pipeline.CodeUsage, Message: message,
		Remedy: fmt.Sprintf("`%s --help` shows how it is used.", cmd.CommandPath()),
	}
}

var singleDash = regexp.MustCompile(`^-([a-z][a-z-]+)(=.*)?$`)

// longFlags lets long flags begin with one dash, as in `-var name=value`.
func longFlags(root *cobra.Command, args []string) []string {
	known := map[string]bool{}
	var collect func(*cobra.Command)
	collect = func(cmd *cobra.Command) {
		note := func(f *pflag.Flag) { known[f.Name] = true }
		cmd.PersistentFlags().VisitAll(note)
		cmd.Flags().VisitAll(note)
		for _, sub := range cmd.Commands() {
			collect(sub)
		}
	}
	collect(root)
	out := slices.Clone(args)
	for i, arg := range out {
		if arg == "--" {
			break
		}
		if m := singleDash.FindStringSubmatch(arg); m != nil && known[m[1]] {
			out[i] = "-" + arg
		}
	}
	return out
}

// output is where a command's result goes.
func (c *cli) output() render.Output {
	return render.Output{W: c.Stdout, JSON: c.json, Color: c.colors(c.StdoutTerminal), Now: time.Now()}
}

// progress is where long work shows how far it is: beside the result, and not at all for scripts.
func (c *cli) progress() *render.Progress {
	if c.json && !c.StderrTerminal {
		return nil
	}
	return render.NewProgress(c.Stderr, c.StderrTerminal)
}

func (c *cli) colors(terminal bool) bool {
	noColor, _ := c.Getenv("NO_COLOR")
	term, _ := c.Getenv("TERM")
	return terminal && noColor == "" && term != "dumb"
}

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// stdinName is what standard input is called, as an argument and in what is told.
const (
	stdinArgument = "-"
	stdinName     = "<stdin>"
)

func (c *cli) fmtCommand() *cobra.Command {
	f := formatter{cli: c}
	cmd := &cobra.Command{
		Use:   "fmt [FILE|DIR|-]…",
		Short: "Bring configuration files into their canonical form",
		Long: "Bring configuration files into their canonical form and list those that were not: the files named,\n" +
			"those of directories (without subfolders), or those of the configuration. Comments stay, and so does\n" +
			"the order of things. With - standard input is formatted to standard output.\n\n" +
			"A file with a syntax error is left alone; the errors are told, the other files are formatted, and the\n" +
			"exit code is 2. With --check nothing is written, and the exit code is 5 when a file is not canonical.",
		Example: "  tandem fmt\n" +
			"  tandem fmt --check --diff   # in CI: 5 when something is not canonical",
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; exit with 5 when something is not canonical")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "show what changes")
	return cmd
}

// formatter is one run of fmt.
type formatter struct {
	*cli
	check, diff bool

	files    []view.Formatted
	problems hcl.Diagnostics
	sources  map[string]*hcl.File
}

func (f *formatter) run(args []string) error {
	f.sources = map[string]*hcl.File{}
	if slices.Contains(args, stdinArgument) && len(args) > 1 {
		return fmtUsage("standard input is formatted alone", "Write `tandem fmt -` without other files.")
	}
	if slices.Equal(args, []string{stdinArgument}) {
		text, err := io.ReadAll(f.Stdin)
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		f.stdin(text)
		return f.tell()
	}
	paths, err := f.paths(args)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := f.file(path); err != nil {
			return err
		}
	}
	return f.tell()
}

// paths returns the files that the arguments name, each once.
func (f *formatter) paths(args []string) ([]string, error) {
	if len(args) == 0 {
		dir, err := f.configDir()
		if err != nil {
			return nil, err
		}
		args = []string{dir}
	}
	var paths []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, unreadable(arg, err)
		}
		found := []string{arg}
		if info.IsDir() {
			if found, err = config.FormattedFiles(arg); err != nil {
				return nil, unreadable(arg, err)
			}
			if len(found) == 0 {
				return nil, fmtUsage("there is no .hcl file in "+arg, "Name a directory that holds a configuration, or files.")
			}
		}
		for _, path := range found {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths, nil
}

func (f *formatter) file(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return unreadable(path, err)
	}
	formatted := f.look(path, text)
	if formatted.Changed && !f.check {
		if err := replaceFile(path, formatted.Text); err != nil {
			return err
		}
	}
	return nil
}

// look formats one file and keeps what there is to tell.
func (f *formatter) look(name string, text []byte) config.Formatted {
	formatted := config.Format(name, text, f.Kinds)
	f.problems = append(f.problems, formatted.Problems...)
	f.sources[name] = formatted.File
	out := view.Formatted{File: name, Changed: formatted.Changed}
	if f.diff {
		out.Diff = string(diff.Diff(name, formatted.Before, name+" (canonical)", formatted.After))
	}
	if !formatted.Problems.HasErrors() {
		f.files = append(f.files, out)
	}
	return formatted
}

// stdin formats standard input. Its text is told unless something else was asked for.
func (f *formatter) stdin(input []byte) {
	formatted := f.look(stdinName, input)
	if !f.check && !f.diff && !formatted.Problems.HasErrors() {
		text := string(formatted.Text)
		f.files[0].Text = &text
	}
}

// tell tells the outcome and returns it as an exit code.
func (f *formatter) tell() error {
	if len(f.problems) > 0 && !f.json {
		out := render.Output{W: f.Stderr, Color: f.colors(f.StderrTerminal)}
		if err := out.Diagnostics(f.problems, f.sources); err != nil {
			return err
		}
	}
	if err := f.output().Formatted(f.files, f.problems, f.sources); err != nil {
		return err
	}
	switch {
	case f.problems.HasErrors():
		return exit(ExitUsage)
	case f.check && slices.ContainsFunc(f.files, func(v view.Formatted) bool { return v.Changed }):
		return exit(ExitDiffers)
	}
	return nil
}

func fmtUsage(message, remedy string) error {
	return &pipeline.Error{Code: pipeline.CodeUsage, Message: message, Remedy: remedy}
}

func unreadable(path string, err error) error {
	remedy := "See that you may read it."
	if errors.Is(err, fs.ErrNotExist) {
		remedy = "Name a file or a directory that exists, or - for standard input."
	}
	return &pipeline.Error{Code: pipeline.CodeUsage, Message: path + " cannot be read", Cause: err, Remedy: remedy}
}

package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/testrun"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) testCommand() *cobra.Command {
	t := tester{cli: c}
	cmd := &cobra.Command{
		Use:   "test [FILE]…",
		Short: "Run the tests of the configuration: mappings, filters and conflict rules on records that are written down",
		Long: "Run the tests of the configuration, in the files named or in all *.test.hcl beside it: mappings, filters and\n" +
			"conflict rules on records that are written down. No network and no credentials are needed, and nothing is\n" +
			"written anywhere. docs/tests.md says how tests are written.\n\n" +
			"The exit code is 1 when a test fails, and 2 when the configuration or a test has errors.",
		Example: "  tandem test\n" +
			"  tandem test --run 'price' -v --coverage",
		RunE: func(cmd *cobra.Command, files []string) error { return t.run(cmd.Context(), files) },
	}
	cmd.Flags().StringVar(&t.pattern, "run", "", "run only the tests whose name this regular expression matches")
	cmd.Flags().BoolVarP(&t.all, "verbose", "v", false, "tell the tests that pass, too")
	cmd.Flags().BoolVar(&t.coverage, "coverage", false, "list the fields and conflict rules that no test expects anything of")
	cmd.Flags().StringVar(&t.junit, "junit", "", "write the outcome to this `file`, in the XML of JUnit")
	return cmd
}

// tester is one run of test.
type tester struct {
	*cli
	pattern, junit string
	all, coverage  bool
}

func (t *tester) run(ctx context.Context, files []string) error {
	name, err := regexp.Compile(t.pattern)
	if err != nil {
		return &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("--run %s is no regular expression: %v", t.pattern, err),
			Remedy: "Write a part of the test's name, or a regular expression in the syntax of RE2.",
		}
	}
	o, dir, err := t.options()
	if err != nil {
		return err
	}
	cfg, tests, diags := config.LoadTests(dir, files, o)
	if len(diags) > 0 && !t.json {
		out := render.Output{W: t.Stderr, Color: t.colors(t.StderrTerminal)}
		if err := out.Diagnostics(diags, cfg.Files); err != nil {
			return err
		}
	}
	if diags.HasErrors() {
		run := view.TestRun{Tests: []view.Test{}, Coverage: []view.TestCoverage{}, Diagnostics: view.DiagnosticsOf(diags, cfg.Files)}
		if err := t.tell(run); err != nil {
			return err
		}
		return exit(ExitUsage)
	}
	named := slices.DeleteFunc(slices.Clone(tests), func(test config.Test) bool { return !name.MatchString(test.Name) })
	if len(named) == 0 {
		return noTests(dir, len(tests), t.pattern)
	}
	run, err := testrun.Run(ctx, named, time.Now)
	if err != nil {
		return err
	}
	run.Diagnostics = view.DiagnosticsOf(diags, cfg.Files)
	if err := t.tell(run); err != nil {
		return err
	}
	if run.Failed > 0 {
		return exit(ExitFailed)
	}
	return nil
}

// noTests is the error of a run that would prove nothing.
func noTests(dir string, tests int, pattern string) error {
	if tests > 0 {
		return &pipeline.Error{
			Code: pipeline.CodeUsage, Message: fmt.Sprintf("no test has a name that %q matches, of %d", pattern, tests),
			Remedy: "`tandem test -v` lists the names.",
		}
	}
	return &pipeline.Error{
		Code: pipeline.CodeUsage, Message: "there is no test in " + dir,
		Remedy: "Write one into a file such as products.test.hcl beside the configuration: docs/tests.md shows how.",
	}
}

// tell tells the outcome, and keeps it for those who read JUnit's XML.
func (t *tester) tell(run view.TestRun) error {
	if t.junit != "" {
		var xml bytes.Buffer
		if err := render.JUnit(&xml, run); err != nil {
			return err
		}
		if err := os.WriteFile(t.junit, xml.Bytes(), 0o644); err != nil {
			return &pipeline.Error{
				Code: pipeline.CodeUsage, Message: "the outcome cannot be written: " + err.Error(),
				Remedy: "Give --junit a file in a directory that is there and can be written.",
			}
		}
	}
	return t.output().Tests(run, render.TestDetail{Passed: t.all, Coverage: t.coverage})
}

package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

func (c *cli) consoleCommand() *cobra.Command {
	var o consoleOptions
	cmd := &cobra.Command{
		Use:   "console",
		Short: "Try expressions: with the locals, variables and functions of the configuration, and against a record",
		Long: "Try expressions with the locals, variables and functions of the configuration. With a record they see\n" +
			"record too, and value once :field NAME said which: read from a file (--record FILE) or from a source\n" +
			"(--source LABEL --key SKU). They are evaluated by the code that pipelines use. Nothing is written.\n\n" +
			"Lines come from the terminal or from standard input; :help lists what else can be typed. Of -e\n" +
			"EXPRESSION and of standard input that is no terminal, the exit code is 1 when one failed.",
		Example: "  tandem console -e 'tax_excluded(24, 20)'\n" +
			"  tandem console --source pm --key TSHIRT-RED-M",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.console(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.pipeline, "pipeline", "", "the `name` of the pipeline whose record and mapping it is (default: the first)")
	flags.StringVar(&o.source, "source", "", "`label` of the source that the record is of (default: the left one of the pipeline)")
	flags.StringVar(&o.file, "record", "", "`file` with the record as JSON")
	flags.StringVar(&o.key, "key", "", "read the record of this `key` from the source: its SKU, EAN or id there")
	flags.StringArrayVarP(&o.expressions, "expression", "e", nil, "evaluate this `expression` and end; may be repeated")
	cmd.MarkFlagsMutuallyExclusive("record", "key")
	return cmd
}

type consoleOptions struct {
	pipeline, source, file, key string
	expressions                 []string
}

func (c *cli) console(ctx context.Context, o consoleOptions) error {
	cfg, diags, err := c.load()
	if err != nil {
		return err
	}
	if err := c.valid(cfg, diags); err != nil {
		return err
	}
	s := &console{cli: c, config: cfg, out: c.output(), failures: render.Output{W: c.Stderr, Color: c.colors(c.StderrTerminal)}}
	defer s.close()
	if err := s.choose(o); err != nil {
		return err
	}
	switch {
	case o.file != "":
		err = s.loadFile(o.file)
	case o.key != "":
		err = s.loadLive(ctx, o.key)
	}
	if err != nil {
		return err
	}
	switch {
	case len(o.expressions) > 0:
		err = s.lines(ctx, slices.Values(o.expressions))
	case c.StdinTerminal:
		return s.interactive(ctx)
	case c.Stdin != nil:
		err = s.read(ctx, c.Stdin)
	}
	if err == nil && s.failed {
		return exit(ExitFailed)
	}
	return err
}

// errQuit ends the console.
var errQuit = errors.New("quit")

func (s *console) lines(ctx context.Context, lines func(func(string) bool)) (err error) {
	for line := range lines {
		if err = s.line(ctx, line); err != nil {
			break
		}
	}
	if errors.Is(err, errQuit) {
		return nil
	}
	return err
}

// read takes the lines of a script.
func (s *console) read(ctx context.Context, from io.Reader) error {
	scanner := bufio.NewScanner(from)
	scanner.Buffer(nil, 1<<20)
	err := s.lines(ctx, func(yield func(string) bool) {
		for scanner.Scan() && yield(scanner.Text()) {
			continue
		}
	})
	if err == nil && scanner.Err() != nil {
		return &pipeline.Error{Code: pipeline.CodeUsage, Message: "standard input cannot be read: " + scanner.Err().Error(), Remedy: "Write one expression a line, of at most 1 MB."}
	}
	return err
}

// interactive reads lines with an editor and a history. The terminal is in raw mode only while a line is typed, so that
// what is told in between, by anybody, looks as usual.
func (s *console) interactive(ctx context.Context) error {
	in, ok := s.Stdin.(*os.File)
	if !ok {
		return s.read(ctx, s.Stdin)
	}
	fmt.Fprintln(s.Stderr, "Type an expression, or :help. Ctrl-D ends.")
	editor := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, s.Stderr}, "> ")
	editor.AutoCompleteCallback = s.complete
	type typed struct {
		line string
		err  error
	}
	for {
		if width, height, err := term.GetSize(int(in.Fd())); err == nil && width > 0 {
			_ = editor.SetSize(width, height)
		}
		before, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return fmt.Errorf("the terminal cannot be used: %w", err)
		}
		next := make(chan typed, 1)
		go func() {
			line, err := editor.ReadLine()
			next <- typed{line, err}
		}()
		var got typed
		select {
		case got = <-next:
		case <-ctx.Done():
			got.err = ctx.Err() // the process ends, and with it the reading
		}
		_ = term.Restore(int(in.Fd()), before)
		if errors.Is(got.err, io.EOF) {
			fmt.Fprintln(s.Stderr)
			return nil
		}
		if got.err != nil && !errors.Is(got.err, term.ErrPasteIndicator) {
			return got.err
		}
		switch err := s.line(ctx, got.line); {
		case errors.Is(err, errQuit):
			return nil
		case err != nil:
			return err
		}
	}
}

// complete finishes the word before the cursor when Tab is pressed, as far as it is certain.
func (s *console) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := strings.LastIndexAny(line[:pos], " (,+-*/%!<>=?[{&|\"") + 1
	word, end := line[start:pos], ""
	for _, name := range s.names() {
		rest, ok := strings.CutPrefix(name, word)
		switch {
		case !ok || word == "":
		case end == "":
			end = rest
		default:
			n := 0
			for n < len(end) && n < len(rest) && end[n] == rest[n] {
				n++
			}
			if end = end[:n]; end == "" {
				return line, pos, true
			}
		}
	}
	return line[:pos] + end + line[pos:], pos + len(end), true
}

// tell gives the outcome of a line to whoever reads along.
func (s *console) tell(e view.Evaluation) error {
	out := s.out
	if e.Failed() {
		s.failed = true
		if !out.JSON {
			out = s.failures
		}
	}
	return out.Evaluation(e)
}

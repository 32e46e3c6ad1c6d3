package render

import (
	"fmt"
	"io"

	"github.com/tandem-sync/tandem/pipeline"
)

// ErrorPages writes docs/errors.md: every code with meaning, cause and remedy.
func ErrorPages(w io.Writer) error {
	t := &text{w: w}
	t.line("# Errors\n")
	t.line("Every error has a stable code, in the log, in `--json`, in the API and in `tandem_errors_total{code}`.")
	t.line("The message names the thing; the remedy says what to do. This page is generated from the code")
	t.line("(`go test ./cmd/internal/render -update`).")
	for _, e := range pipeline.Catalogue() {
		t.line("\n## `%s`\n", e.Code)
		t.line("%s\n", e.Meaning)
		t.line("- Cause: %s", e.Cause)
		t.line("- Remedy: %s", e.Remedy)
	}
	if t.err != nil {
		return fmt.Errorf("writing the page of errors: %w", t.err)
	}
	return nil
}

package diag

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// List collects diagnostics. The zero List is empty and ready for use.
type List struct {
	all      hcl.Diagnostics
	errors   int
	failures int
}

// Error adds an error about the text at that range. The detail is format with args, in full sentences.
func (l *List) Error(at hcl.Range, summary, format string, args ...any) {
	l.Add(&hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at})
}

// Warning is Error for what is allowed but probably not meant.
func (l *List) Warning(at hcl.Range, summary, format string, args ...any) {
	l.Add(&hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at})
}

// General adds an error that no place in a file stands for.
func (l *List) General(summary, format string, args ...any) {
	l.Add(&hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...)})
}

// Add adds diagnostics made elsewhere.
func (l *List) Add(more ...*hcl.Diagnostic) {
	for _, d := range more {
		if d.Severity == hcl.DiagError {
			l.errors++
		}
		l.all = append(l.all, d)
	}
}

// Fail notes that something failed because of an error that was reported where it arose.
func (l *List) Fail() { l.failures++ }

// Errors returns the number of errors so far.
func (l *List) Errors() int { return l.errors }

// Failures returns the number of errors and of what failed because of them; comparing two answers tells
// whether a step succeeded.
func (l *List) Failures() int { return l.errors + l.failures }

// Sorted returns what was collected in the order of the files, each once.
func (l *List) Sorted() hcl.Diagnostics {
	sorted := slices.Clone(l.all)
	slices.SortStableFunc(sorted, compare)
	return slices.CompactFunc(sorted, func(a, b *hcl.Diagnostic) bool {
		return compare(a, b) == 0 && a.Severity == b.Severity && a.Summary == b.Summary && a.Detail == b.Detail
	})
}

func compare(a, b *hcl.Diagnostic) int {
	at, bt := place(a), place(b)
	return cmp.Or(cmp.Compare(at.Filename, bt.Filename), cmp.Compare(at.Start.Byte, bt.Start.Byte))
}

func place(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mitchellh/go-wordwrap"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Functions lists functions by group.
func (o Output) Functions(functions []view.Function) error {
	if o.JSON {
		return list(o, functions)
	}
	t, group := o.text(), ""
	for _, f := range functions {
		if f.Group != group {
			if group != "" {
				t.line("")
			}
			group = f.Group
			note := ""
			if !f.PerRecord {
				note = " (not per record)"
			}
			t.line("%s%s", t.paint(bold, group), note)
		}
		t.line("  %s", f.Usage)
	}
	t.line("")
	t.line("`tandem functions NAME` tells what one does, with examples.")
	return t.err
}

// Function tells one function with its examples.
func (o Output) Function(f view.Function) error {
	if o.JSON {
		return o.json(f)
	}
	t := o.text()
	t.line("%s", t.paint(bold, f.Usage))
	t.line("")
	t.line("%s", wordwrap.WrapString(plainMarkdown(f.Description), detailWidth))
	if f.Errors != "" {
		t.line("")
		t.line("%s", wordwrap.WrapString("Errors: "+plainMarkdown(f.Errors), detailWidth))
	}
	if !f.PerRecord {
		t.line("")
		t.line("Not in expressions that are evaluated per record: call it in a locals block.")
	}
	t.line("")
	width := 0
	for _, x := range f.Examples {
		width = max(width, utf8.RuneCountInString(x.Call))
	}
	for _, x := range f.Examples {
		t.line("%s", fmt.Sprintf("  %-*s", width, x.Call)+t.paint(dim, " # "+x.Result))
	}
	return t.err
}

// plainMarkdown takes the address out of a link and the backquotes off names.
func plainMarkdown(s string) string {
	for {
		before, rest, found := strings.Cut(s, "](")
		if !found {
			break
		}
		_, after, _ := strings.Cut(rest, ")")
		i := strings.LastIndexByte(before, '[')
		s = before[:i] + before[i+1:] + after
	}
	return strings.ReplaceAll(s, "`", "")
}

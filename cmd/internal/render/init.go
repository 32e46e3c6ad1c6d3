package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/cmd/internal/view"
)

// Init tells what was found, what was written, and what to type next.
func (o Output) Init(v view.Init) error {
	if o.JSON {
		return o.json(v)
	}
	t := o.text()
	for _, f := range v.Found {
		t.line("%s  %s %s, as %s", t.paint(bold, clean(f.Source)), clean(f.Product), clean(f.Version), clean(f.User))
		t.line("  %s", clean(strings.Join(foundIn(f), ", ")))
	}
	t.line("written to %s:", clean(v.Dir))
	for _, name := range v.Files {
		t.line("  %s", clean(name))
	}
	t.line("next:")
	wide := 0
	for _, c := range v.Next {
		wide = max(wide, utf8.RuneCountInString(c.Command))
	}
	for _, c := range v.Next {
		t.line("  %s%s  # %s", t.paint(bold, clean(c.Command)), strings.Repeat(" ", wide-utf8.RuneCountInString(c.Command)), c.Purpose)
	}
	return t.err
}

// foundIn lists what there is in a system.
func foundIn(f view.Found) []string {
	var parts []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	if f.API != "" {
		parts = append(parts, "API "+f.API)
	}
	if f.Products >= 0 {
		parts = append(parts, count(f.Products, "product"))
	}
	add(f.Families, "with several variants", "with several variants")
	add(len(f.Categories), "category", "categories")
	add(len(f.Extra), "further field", "further fields")
	if len(f.Warehouses) > 0 {
		codes := make([]string, len(f.Warehouses))
		for i, w := range f.Warehouses {
			codes[i] = w.Code
		}
		parts = append(parts, "warehouses "+strings.Join(codes, " "))
	}
	if len(f.Languages) > 0 {
		parts = append(parts, "languages "+strings.Join(f.Languages, " "))
	}
	add(len(f.Companies), "company", "companies")
	add(len(f.Taxes), "sales tax", "sales taxes")
	if f.Sampled > 0 {
		parts = append(parts, fmt.Sprintf("seen in the %d newest products", f.Sampled))
	}
	return parts
}

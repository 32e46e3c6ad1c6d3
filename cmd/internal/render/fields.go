package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// FieldPage writes docs/fields.md: the standard fields on every version and API, which way they go and how their
// changes are noticed. kinds are named by titles, in the same order.
func FieldPage(w io.Writer, titles []string, kinds []pipeline.SourceKind) error {
	t := &text{w: w}
	t.line("# Fields: which way, on which version, and how a change is noticed\n")
	t.line("The standard fields of `mapping { defaults = true }`. This page is generated from the code")
	t.line("(`go test ./cmd/internal/app -update`).\n")
	t.line("- **↔** read and written; **→** read only; **+** read, and written when a product is made, never changed; **–** not there.")
	t.line("- A field goes from A to B where A is read and B is written; `direction` in the pipeline or the field narrows that.")
	t.line("- What a poll does not notice is noticed by the full pass (`schedule { full = … }`, `sync --full`). Products that were")
	t.line("  deleted are noticed by the full pass alone, everywhere.")
	for i, kind := range kinds {
		facts := kind.Facts()
		columns := variants(facts)
		t.line("\n## %s\n", titles[i])
		ways(t, facts, columns)
		notices(t, facts, columns)
	}
	if t.err != nil {
		return fmt.Errorf("writing the page of fields: %w", t.err)
	}
	return nil
}

// variants are the versions or APIs in order.
func variants(facts []pipeline.FieldFact) []string {
	var all []string
	for _, f := range facts {
		if !slices.Contains(all, f.Variant) {
			all = append(all, f.Variant)
		}
	}
	return all
}

// ways is the table of directions.
func ways(t *text, facts []pipeline.FieldFact, columns []string) {
	heads := slices.Clone(columns)
	for i, c := range columns {
		if slices.ContainsFunc(facts, func(f pipeline.FieldFact) bool { return f.Variant == c && f.Measured }) {
			heads[i] += " ✓"
		}
	}
	t.line("| field | here | holds | %s |", strings.Join(heads, " | "))
	t.line("|---|---|---|%s", strings.Repeat("---|", len(columns)))
	for _, standard := range pipeline.StandardFields() {
		var cells []string
		var name string
		held := map[string][]string{}
		var kinds []string
		for _, f := range of(facts, standard) {
			cells = append(cells, way(f))
			if f.Field.Name == "" {
				continue
			}
			name = f.Field.Name
			if h := holds(f.Field); !slices.Contains(kinds, h) {
				kinds = append(kinds, h)
			}
			held[holds(f.Field)] = append(held[holds(f.Field)], f.Variant)
		}
		for i, k := range kinds {
			if len(kinds) > 1 {
				kinds[i] = k + " (" + strings.Join(held[k], ", ") + ")"
			}
		}
		t.line("| %s | `%s` | %s | %s |", standard, name, strings.Join(kinds, "; "), strings.Join(cells, " | "))
	}
	if slices.ContainsFunc(facts, func(f pipeline.FieldFact) bool { return f.Measured }) {
		t.line("\n✓ tried with a real server; the others follow their neighbours.")
	}
}

// notices is the table of how changes are noticed. Variants that agree share a row.
func notices(t *text, facts []pipeline.FieldFact, columns []string) {
	t.line("\n| field | on | a poll notices a change by | only the full pass sees |")
	t.line("|---|---|---|---|")
	for _, standard := range pipeline.StandardFields() {
		var rows [][2]string // what is noticed, by what
		on := map[[2]string][]string{}
		for _, f := range of(facts, standard) {
			if f.Field.Name == "" {
				continue
			}
			row := [2]string{f.Noticed, f.FullPass}
			if on[row] == nil {
				rows = append(rows, row)
			}
			on[row] = append(on[row], f.Variant)
		}
		for _, row := range rows {
			where := strings.Join(on[row], ", ")
			if len(on[row]) == len(columns) {
				where = "all"
			}
			t.line("| %s | %s | %s | %s |", standard, where, row[0], row[1])
		}
	}
}

// of returns the facts of one field, in the order of the variants.
func of(facts []pipeline.FieldFact, standard pipeline.StandardField) []pipeline.FieldFact {
	var some []pipeline.FieldFact
	for _, f := range facts {
		if f.Standard == standard {
			some = append(some, f)
		}
	}
	return some
}

func way(f pipeline.FieldFact) string {
	switch {
	case f.Field.Name == "":
		return "–"
	case f.Field.ReadOnly:
		return "→"
	case f.Fixed:
		return "+"
	}
	return "↔"
}

// holds words what a field can hold.
func holds(f pipeline.Field) string {
	words := []string{string(f.Type)}
	switch {
	case f.Type == pipeline.TypeNumber && f.Digits == pipeline.Unlimited:
		words = append(words, "all decimals")
	case f.Type == pipeline.TypeNumber:
		words = append(words, count(f.Digits, "decimal"))
	case f.Type == pipeline.TypePath && f.Root != "":
		words = append(words, "below "+f.Root)
	case f.MaxLength > 0:
		words = append(words, count(f.MaxLength, "character"))
	case f.Image != nil:
		formats := "JPEG, PNG"
		if f.Image.WebP {
			formats += ", WebP"
		}
		words = append(words, formats)
		if f.Image.Side > 0 {
			words = append(words, fmt.Sprintf("%d pixels", f.Image.Side))
		}
	}
	if f.Required {
		words = append(words, "required")
	}
	return strings.Join(words, ", ")
}

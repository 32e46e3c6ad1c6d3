package models

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// checkBarcodes refuses a barcode that another product has, or a packaging. Archived products do not count, unless
// the context says active_test = False.
func checkBarcodes(e *orm.Env, ids []int64) error {
	m := e.Model(variant)
	var codes []any
	for _, id := range ids {
		if code := m.Fetch(id).Text("barcode"); code != "" {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	note := e.Dialect().NotesHidden
	order := "id"
	if note {
		order = ""
	}
	found, err := e.Super().Search(m, []any{[]any{"barcode", "in", codes}}, order, 0, 0)
	if err != nil {
		return err
	}
	var lines []string
	if note || len(found) > len(codes) {
		lines = duplicates(e, found)
	}
	if len(lines) == 0 {
		return unless(e, e.Dialect().Packagings, codes, "A packaging already uses the barcode")
	}
	text := "Barcode(s) already assigned:\n\n" + strings.Join(lines, "\n")
	if note {
		text += "\n\nNote: products that you don't have access to will not be shown above."
	}
	return &orm.Fault{Class: orm.Invalid, Text: text, EveryRow: true}
}

// duplicates names the products that share a barcode, a line each.
func duplicates(e *orm.Env, found []int64) []string {
	names := map[string][]string{}
	var codes []string
	for _, id := range found {
		r := e.Model(variant).Fetch(id)
		code := r.Text("barcode")
		if names[code] == nil {
			codes = append(codes, code)
		}
		names[code] = append(names[code], e.Display(r))
	}
	if e.Dialect().NotesHidden {
		slices.Sort(codes)
	}
	var lines []string
	for _, code := range codes {
		if len(names[code]) > 1 {
			lines = append(lines, fmt.Sprintf("- Barcode \"%s\" already assigned to product(s): %s", code, joinNames(e, names[code])))
		}
	}
	return lines
}

// joinNames is "a, b", or in English prose "a and b", "a, b, and c".
func joinNames(e *orm.Env, names []string) string {
	if !e.Dialect().NotesHidden {
		return strings.Join(names, ", ")
	}
	if len(names) == 2 {
		return names[0] + " and " + names[1]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + ", and " + names[last]
}

// findProducts finds products by name as Odoo's name_search does: by exact reference, else by exact
// barcode, else by what reference or name contain.
func findProducts(model string) func(*orm.Env, string, string, []any, int) ([]int64, error) {
	return func(e *orm.Env, name, operator string, domain []any, limit int) ([]int64, error) {
		m := e.Model(model)
		if name == "" {
			return e.Search(m, domain, "", 0, limit)
		}
		var attempts [][]any
		if strings.Contains("= ilike =ilike like =like", operator) {
			attempts = append(attempts, []any{[]any{"default_code", "=", name}}, []any{[]any{"barcode", "=", name}})
		}
		attempts = append(attempts, []any{"|", []any{"default_code", operator, name}, []any{"name", operator, name}})
		for _, attempt := range attempts {
			ids, err := e.Search(m, slices.Concat(domain, attempt), "", 0, limit)
			if err != nil || len(ids) > 0 {
				return ids, err
			}
		}
		return nil, nil
	}
}

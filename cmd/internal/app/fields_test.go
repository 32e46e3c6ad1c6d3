package app

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/render"
)

func TestFieldPage(t *testing.T) {
	const page = "../../../docs/fields.md"
	var b strings.Builder
	kinds := Kinds()
	if kinds[0].Name != "odoo" || kinds[1].Name != "products_manager" || len(kinds) != 2 {
		t.Fatal("another kind of source: give it a title here")
	}
	if err := render.FieldPage(&b, []string{"Odoo, by version", "Products Manager, by API"}, kinds); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("docs/fields.md differs; go test -update writes it (-page +code):\n%s", diff)
	}
}

package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

func TestCheck(t *testing.T) {
	refused := false
	s := apptest.New(t, func(system, _ string) memory.FaultKind {
		if system == "erp" && refused {
			return memory.Refuse
		}
		return memory.NoFault
	})
	s.Insert(t, "pm", "Chaise", "CH-100")
	a := bring(t, s.Config(t, ""), Options{State: StateNone})
	checks, err := a.Check(t.Context(), "pm")
	if err != nil || len(checks) != 1 || !checks[0].OK {
		t.Fatalf("got %+v, %v", checks, err)
	}
	var names []string
	for _, l := range checks[0].Checks {
		names = append(names, l.Name)
	}
	want := []string{"connection", "login", "products", "webhook", "fields of pipeline products"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}

	refused = true
	checks, err = a.Check(t.Context(), "")
	if err != nil || len(checks) != 2 {
		t.Fatalf("got %+v, %v", checks, err)
	}
	if !checks[0].OK || checks[1].OK {
		t.Errorf("pm %v, erp %v, want ok and not", checks[0].OK, checks[1].OK)
	}
	if l := checks[1].Checks[0]; l.Name != "connection" || l.Grade != pipeline.GradeFailed || l.Code != pipeline.CodeConnectionRefused || l.Remedy == "" {
		t.Errorf("line is %+v", l)
	}
}

func TestMissingFieldsAreEachTold(t *testing.T) {
	d := &pipeline.Definition{Name: "products", Sources: [2]string{"pm", "erp"}, Fields: []pipeline.MappedField{
		{Name: "title", Fields: [2]string{"title", "name"}},
		{Name: "brand", Fields: [2]string{"brand", "x_brnd"}, Source: "shop.hcl:9"},
		{Name: "color", Fields: [2]string{"color", "x_color"}, Source: "shop.hcl:12"},
	}}
	about := pipeline.Description{Product: "Odoo", Schema: pipeline.Schema{Fields: map[string]pipeline.Field{"name": {Name: "name"}, "x_brand": {Name: "x_brand"}}}}
	lines := fieldLines(d, pipeline.Right, about)
	if len(lines) != 2 {
		t.Fatalf("got %+v, want one line for each of the two", lines)
	}
	if l := lines[0]; l.Grade != pipeline.GradeFailed || l.Remedy != `Did you mean "x_brand"? Else install the module that brings the field.` {
		t.Errorf("got %+v", l)
	}
	if lines := fieldLines(d, pipeline.Left, pipeline.Description{Schema: pipeline.Schema{Open: true}}); len(lines) != 1 || lines[0].Grade != pipeline.GradePassed {
		t.Errorf("an open schema has all fields, got %+v", lines)
	}
}

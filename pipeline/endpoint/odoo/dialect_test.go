package odoo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

func TestDialects(t *testing.T) {
	for major := 14; major <= 19; major++ {
		if d, err := dialectOf(rpc.Version{Major: major}, "erp:80"); err != nil || d.major != major || d.accessMethod == "" {
			t.Errorf("%d: %+v, %v", major, d, err)
		}
	}
	for _, v := range []rpc.Version{{Major: 13, Text: "13.0"}, {Major: 20, Text: "20.0"}} {
		_, err := dialectOf(v, "erp:80")
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeUnsupportedVersion || !strings.Contains(e.Message, v.Text+"; Tandem knows 14 to 19") {
			t.Errorf("%s: %v", v.Text, err)
		}
	}
}

func TestFields(t *testing.T) {
	old, err := dialectOf(rpc.Version{Major: 16}, "")
	if err != nil {
		t.Fatal(err)
	}
	recent, err := dialectOf(rpc.Version{Major: 19}, "")
	if err != nil {
		t.Fatal(err)
	}
	digits := []any{int64(16), int64(2)}
	for name, tt := range map[string]struct {
		dialect    dialect
		field      string
		attributes row
		want       pipeline.Field
	}{
		"char":                {old, "name", row{"type": "char", "string": "Name", "readonly": false}, pipeline.Field{Type: pipeline.TypeText, Label: "Name", Required: true}},
		"char with a size":    {old, "x", row{"type": "char", "size": int64(64)}, pipeline.Field{Type: pipeline.TypeText, MaxLength: 64}},
		"html":                {old, "x", row{"type": "html"}, pipeline.Field{Type: pipeline.TypeText}},
		"float":               {old, "weight", row{"type": "float", "digits": digits}, pipeline.Field{Type: pipeline.TypeNumber, Digits: 2, NotNull: true}},
		"float of any length": {old, "x", row{"type": "float", "digits": false}, pipeline.Field{Type: pipeline.TypeNumber, Digits: pipeline.Unlimited, NotNull: true}},
		"price of 19":         {recent, "list_price", row{"type": "float", "digits": false}, pipeline.Field{Type: pipeline.TypeNumber, Digits: 2, NotNull: true}},
		"integer":             {old, "x", row{"type": "integer"}, pipeline.Field{Type: pipeline.TypeNumber, NotNull: true}},
		"boolean":             {old, "x", row{"type": "boolean", "readonly": true}, pipeline.Field{Type: pipeline.TypeBool, NotNull: true, ReadOnly: true}},
		"selection":           {old, "x", row{"type": "selection", "selection": []any{[]any{"a", "A"}, []any{"b", "B"}}}, pipeline.Field{Type: pipeline.TypeSelection, Options: []string{"a", "b"}}},
		"category":            {old, "categ_id", row{"type": "many2one"}, pipeline.Field{Type: pipeline.TypePath, Separator: " / ", Escapes: true, Root: "All", NotNull: true}},
		"category of 19":      {recent, "categ_id", row{"type": "many2one"}, pipeline.Field{Type: pipeline.TypePath, Separator: " / ", Escapes: true}},
		"relation":            {old, "uom_id", row{"type": "many2one"}, pipeline.Field{Type: pipeline.TypeText, ReadOnly: true}},
		"image":               {old, "image_1920", row{"type": "binary"}, pipeline.Field{Type: pipeline.TypeImage, Image: &pipeline.ImageNeeds{Side: 1920}}},
		"stock of 19":         {recent, "qty_available", row{"type": "float", "digits": digits, "readonly": false}, pipeline.Field{Type: pipeline.TypeNumber, Digits: 2, NotNull: true, ReadOnly: true}},
	} {
		t.Run(name, func(t *testing.T) {
			e := &Endpoint{settings: *defaults()}
			tt.want.Name = tt.field
			got, ok := e.field(tt.dialect, tt.field, tt.attributes)
			if diff := cmp.Diff(tt.want, got); !ok || diff != "" {
				t.Error(ok, diff)
			}
		})
	}
	if f, ok := (&Endpoint{settings: *defaults()}).field(old, "seller_ids", row{"type": "one2many"}); ok {
		t.Errorf("a list of records became %+v", f)
	}
}

package app

import (
	"errors"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestVerdictOf(t *testing.T) {
	d := &pipeline.Definition{Name: "products", Sources: [2]string{"pm", "erp"}, Fields: []pipeline.MappedField{{Name: "image", Image: true}}}
	number := func(s string) pipeline.Value {
		v, err := pipeline.ParseNumber(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	texts := [2]pipeline.Value{pipeline.Text("a"), pipeline.Text("b")}
	numbers := [2]pipeline.Value{pipeline.Int(1), pipeline.Int(2)}
	bools := [2]pipeline.Value{pipeline.Bool(true), {}}
	for _, tt := range []struct {
		name    string
		field   string
		values  [2]pipeline.Value
		take    string
		verdict pipeline.Verdict
		want    pipeline.Value
		refused bool
	}{
		{"left label", "title", texts, "pm", pipeline.TakeLeft, pipeline.Value{}, false},
		{"right label", "title", texts, "erp", pipeline.TakeRight, pipeline.Value{}, false},
		{"a label as a text", "title", texts, `"erp"`, pipeline.TakeValue, pipeline.Text("erp"), false},
		{"digits stay a text", "sku", texts, "007", pipeline.TakeValue, pipeline.Text("007"), false},
		{"exponent stays a text", "sku", texts, "1e3", pipeline.TakeValue, pipeline.Text("1e3"), false},
		{"a number", "price", numbers, "19.990", pipeline.TakeValue, number("19.99"), false},
		{"not a number", "price", numbers, "19,99 €", "", pipeline.Value{}, true},
		{"a bool", "active", bools, "false", pipeline.TakeValue, pipeline.Bool(false), false},
		{"not a bool", "active", bools, "nope", "", pipeline.Value{}, true},
		{"null empties", "title", texts, "null", pipeline.TakeValue, pipeline.Value{}, false},
		{"nothing known, JSON", "attributes.sizes", [2]pipeline.Value{}, `["S","M"]`, pipeline.TakeValue, pipeline.List(pipeline.Text("S"), pipeline.Text("M")), false},
		{"nothing known, text", "attributes.color", [2]pipeline.Value{}, "dark red", pipeline.TakeValue, pipeline.Text("dark red"), false},
		{"an image takes a side", "image", texts, "pm", pipeline.TakeLeft, pipeline.Value{}, false},
		{"an image takes no value", "image", texts, "https://a/1.jpg", "", pipeline.Value{}, true},
		{"an image is taken away", "image", texts, "null", pipeline.TakeValue, pipeline.Value{}, false},
		{"the record takes a side", "", [2]pipeline.Value{}, "erp", pipeline.TakeRight, pipeline.Value{}, false},
		{"the record takes no value", "", [2]pipeline.Value{}, "12", "", pipeline.Value{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			verdict, got, err := verdictOf(d, pipeline.Conflict{Field: tt.field, Values: tt.values}, tt.take)
			if tt.refused {
				var e *pipeline.Error
				if !errors.As(err, &e) || e.Code != pipeline.CodeResolutionRefused || e.Remedy == "" {
					t.Fatalf("error is %v, want resolution_refused with a remedy", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if verdict != tt.verdict || !got.Equal(tt.want) || got.Kind() != tt.want.Kind() {
				t.Errorf("got %s %v, want %s %v", verdict, got, tt.verdict, tt.want)
			}
		})
	}
}

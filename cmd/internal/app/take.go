package app

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// verdictOf reads what a person takes: a source's label, or a third value.
func verdictOf(d *pipeline.Definition, c pipeline.Conflict, take string) (pipeline.Verdict, pipeline.Value, error) {
	if side, err := d.Side(take); err == nil {
		return pipeline.Taking(side), pipeline.Value{}, nil
	}
	if c.Field == "" {
		return "", pipeline.Value{}, refused("the conflict is about the record as a whole, which takes no value",
			fmt.Sprintf("Take %q or %q.", d.Sources[pipeline.Left], d.Sources[pipeline.Right]))
	}
	v, err := thirdValue(c, take)
	if f, _ := d.Field(c.Field); err == nil && f.Image && !v.IsNull() {
		return "", pipeline.Value{}, refused(fmt.Sprintf("field %q holds an image, which cannot be written down", c.Field),
			fmt.Sprintf("Take %q or %q, or null to take both images away.", d.Sources[pipeline.Left], d.Sources[pipeline.Right]))
	}
	return pipeline.TakeValue, v, err
}

// thirdValue reads a value typed by a person as what the field holds: a bare 007 is a text for a text
// field and a number for a number. JSON says it exactly: null, "text", 12, ["a"].
func thirdValue(c pipeline.Conflict, typed string) (pipeline.Value, error) {
	var exact pipeline.Value
	isJSON := json.Unmarshal([]byte(typed), &exact) == nil
	if isJSON && (exact.IsNull() || strings.HasPrefix(strings.TrimSpace(typed), `"`)) {
		return exact, nil
	}
	switch holds(c) {
	case pipeline.KindText:
		return pipeline.Text(typed), nil
	case pipeline.KindNumber:
		v, err := pipeline.ParseNumber(typed)
		if err != nil {
			return pipeline.Value{}, refused(fmt.Sprintf("field %q holds a number, %q is none", c.Field, typed),
				"Write the number with a decimal point, without a currency: --take 19.99")
		}
		return v, nil
	case pipeline.KindBool:
		if exact.Kind() != pipeline.KindBool {
			return pipeline.Value{}, refused(fmt.Sprintf("field %q is true or false, %q is neither", c.Field, typed), "Write --take true or --take false.")
		}
		return exact, nil
	default:
		if isJSON {
			return exact, nil
		}
		return pipeline.Text(typed), nil
	}
}

// holds tells what kind of value the field of a conflict is, as far as its values show; text where
// they differ in kind.
func holds(c pipeline.Conflict) pipeline.Kind {
	kind := pipeline.KindNull
	for _, v := range []pipeline.Value{c.Values[0], c.Values[1], c.Base[0], c.Base[1]} {
		switch {
		case v.IsNull() || v.Kind() == kind:
		case kind == pipeline.KindNull:
			kind = v.Kind()
		default:
			return pipeline.KindText
		}
	}
	return kind
}

func refused(message, remedy string) error {
	return &pipeline.Error{Code: pipeline.CodeResolutionRefused, Message: message, Remedy: remedy}
}

package block

import (
	"reflect"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Kind is what an attribute of a settings struct holds, as Decoder reads it.
type Kind string

// The kinds.
const (
	KindText     Kind = "text"
	KindSecret   Kind = "secret"
	KindDuration Kind = "duration"
	KindSize     Kind = "size"
	KindBool     Kind = "bool"
	KindInt      Kind = "int"
	KindTexts    Kind = "texts"
	KindBlock    Kind = "block"
)

// Setting is one attribute, or block, of a settings struct.
type Setting struct {
	Name     string
	Kind     Kind
	Required bool
	// Default is the value of an attribute of text, bool or int that is not written; nil where that is nothing.
	Default any
	Block   []Setting // of KindBlock
}

// Describe returns the settings that a struct has by its hcl tags, in their order.
func Describe(settings any) []Setting { return describe(reflect.Indirect(reflect.ValueOf(settings))) }

func describe(v reflect.Value) []Setting {
	var all []Setting
	for _, f := range fieldsOf(v.Type()) {
		s := Setting{Name: f.name, Kind: kindOf(f), Required: !f.optional && !f.block}
		held := v.Field(f.index)
		switch {
		case f.block && held.IsNil():
			s.Block = describe(reflect.New(f.of.Elem()).Elem())
		case f.block:
			s.Block = describe(held.Elem())
		case s.Required || held.IsZero():
		case s.Kind == KindText || s.Kind == KindBool || s.Kind == KindInt:
			s.Default = held.Interface()
		}
		all = append(all, s)
	}
	return all
}

func kindOf(f field) Kind {
	switch {
	case f.block:
		return KindBlock
	case f.of == reflect.TypeFor[pipeline.Secret]():
		return KindSecret
	case f.of == reflect.TypeFor[time.Duration]():
		return KindDuration
	case f.of == reflect.TypeFor[pipeline.Size]():
		return KindSize
	case f.of == reflect.TypeFor[[]string]():
		return KindTexts
	case f.of.Kind() == reflect.Bool:
		return KindBool
	case f.of.Kind() == reflect.Int:
		return KindInt
	}
	return KindText
}

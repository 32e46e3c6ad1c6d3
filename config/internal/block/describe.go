package block

import (
	"reflect"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/tandem-sync/tandem/pipeline"
)

// Kind is what an attribute holds, as Decoder reads it.
type Kind string

// The kinds.
const (
	KindText       Kind = "text"
	KindSecret     Kind = "secret"
	KindDuration   Kind = "duration"
	KindSize       Kind = "size"
	KindBool       Kind = "bool"
	KindInt        Kind = "number"
	KindTexts      Kind = "list of texts"
	KindReference  Kind = "reference"
	KindExpression Kind = "expression"
	KindLimit      Kind = "limit"
	KindType       Kind = "type"
	KindAny        Kind = "any value"
	KindBlock      Kind = "block"
)

// Setting describes one attribute, or block, of a configuration.
type Setting struct {
	Name     string
	Kind     Kind
	Required bool
	// Default is the value of an attribute that is not written, as text, bool or int; nil where there is none.
	Default any
	// Choices are the words that it may be; nil for any.
	Choices []string
	// Doc is a part of a sentence for an attribute, sentences for a block.
	Doc string
	// Example is an expression that shows how it is written, "" where the example of the block leaves it out.
	Example string
	// Labels are those of a block: as upper-case words, or in quotes where it is one word.
	Labels []string
	// Open: a block may hold attributes of other names than its settings have.
	Open  bool
	Block []Setting // of KindBlock
}

// Describe returns the settings that a struct has by its hcl, doc, choices and example tags, in their order.
func Describe(settings any) []Setting { return describe(reflect.Indirect(reflect.ValueOf(settings))) }

func describe(v reflect.Value) []Setting {
	var all []Setting
	for _, f := range fieldsOf(v.Type()) {
		tag := v.Type().Field(f.index).Tag
		s := Setting{Name: f.name, Kind: kindOf(f), Required: !f.optional && !f.block, Doc: tag.Get("doc"), Example: tag.Get("example")}
		if words := tag.Get("choices"); words != "" {
			s.Choices = strings.Split(words, ",")
		}
		held := v.Field(f.index)
		switch {
		case f.block && held.IsNil():
			s.Block = describe(reflect.New(f.of.Elem()).Elem())
		case f.block:
			s.Block = describe(held.Elem())
		case s.Required || held.IsZero():
		default:
			s.Default = written(s.Kind, held.Interface())
		}
		all = append(all, s)
	}
	return all
}

// written is a default as a file would have it; nil for what no default is told of.
func written(k Kind, value any) any {
	switch k {
	case KindText, KindBool, KindInt:
		return value
	case KindDuration:
		return Duration(value.(time.Duration))
	case KindSize:
		return strings.ReplaceAll(humanize.Bytes(uint64(value.(pipeline.Size))), " ", "")
	}
	return nil
}

// Duration writes a duration without the parts that are zero: "5m" and not "5m0s".
func Duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
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

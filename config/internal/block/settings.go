package block

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/pipeline"
)

// Decoded tells what became of the attributes of a settings struct, by their path ("stock.warehouse").
type Decoded struct {
	Ranges map[string]hcl.Range // where each attribute and block stands
	Wrong  map[string]bool      // those that could not be decoded, or are missing
	// Unset tells that some of them are not given here, and keep their value.
	Unset bool
}

// At returns the place of a path, or of what is nearest above it; the whole is at otherwise.
func (d Decoded) At(path string, otherwise hcl.Range) hcl.Range {
	for path != "" {
		if r, ok := d.Ranges[path]; ok {
			return r
		}
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return otherwise
}

// Settings decodes a body into the struct that settings points to, by its hcl tags; see
// pipeline.SourceKind. What is not written keeps its value. name is the block's, for messages.
func (c Decoder) Settings(body *hclsyntax.Body, name string, at hcl.Range, settings any) Decoded {
	s := settingsDecoder{Decoder: c, Decoded: &Decoded{Ranges: map[string]hcl.Range{}, Wrong: map[string]bool{}}}
	s.decode(body, name, at, "", reflect.ValueOf(settings).Elem())
	return *s.Decoded
}

// SecretNames returns the names of the attributes that hold secrets in such a settings struct.
func SecretNames(settings any) []string {
	var names []string
	for _, f := range fieldsOf(reflect.TypeOf(settings).Elem()) {
		switch {
		case f.block:
			names = append(names, SecretNames(reflect.New(f.of.Elem()).Interface())...)
		case f.of == reflect.TypeFor[pipeline.Secret]():
			names = append(names, f.name)
		}
	}
	return names
}

// TextSetting returns the text that a settings struct holds at a path of hcl names, as
// "categories.separator"; "" if it has no such text.
func TextSetting(settings any, path string) string {
	v := reflect.Indirect(reflect.ValueOf(settings))
	for name := range strings.SplitSeq(path, ".") {
		if v.Kind() != reflect.Struct {
			return ""
		}
		fields := fieldsOf(v.Type())
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return ""
		}
		v = reflect.Indirect(v.Field(fields[i].index))
	}
	if v.Kind() != reflect.String {
		return ""
	}
	return v.String()
}

// field is one tagged field of a settings struct.
type field struct {
	index           int
	name            string
	of              reflect.Type
	optional, block bool
}

func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("hcl")
		if !ok {
			continue
		}
		name, kind, _ := strings.Cut(tag, ",")
		fields = append(fields, field{index: i, name: name, of: t.Field(i).Type, optional: kind == "optional", block: kind == "block"})
	}
	return fields
}

type settingsDecoder struct {
	Decoder
	*Decoded
}

func (s settingsDecoder) decode(body *hclsyntax.Body, name string, at hcl.Range, prefix string, into reflect.Value) {
	fields := fieldsOf(into.Type())
	shape := Shape{Name: name}
	for _, f := range fields {
		if f.block {
			shape.Blocks = append(shape.Blocks, Nested{Type: f.name})
			continue
		}
		shape.Attributes = append(shape.Attributes, f.name)
	}
	content := Read(body, shape, s.Diags)
	for _, f := range fields {
		path := prefix + f.name
		if f.block {
			s.nested(content.Block(f.name), path, into.Field(f.index))
			continue
		}
		a := content.Attributes[f.name]
		if a != nil {
			s.Ranges[path] = a.Range()
		}
		if s.Decoder.Unset(a) {
			s.Wrong[path], s.Decoded.Unset = true, true
			continue
		}
		before := s.Diags.Failures()
		set := s.set(a, into.Field(f.index))
		switch {
		case s.Diags.Failures() > before:
			s.Wrong[path] = true
		case !set && !f.optional:
			s.Wrong[path] = true
			s.Missing(name, f.name, at)
		}
	}
}

func (s settingsDecoder) nested(b *hclsyntax.Block, path string, into reflect.Value) {
	if b == nil {
		return
	}
	s.Ranges[path] = b.DefRange()
	if into.IsNil() {
		into.Set(reflect.New(into.Type().Elem()))
	}
	s.decode(b.Body, fmt.Sprintf("a %s block", b.Type), b.DefRange(), path+".", into.Elem())
}

// Missing reports that a block lacks an attribute.
func (c Decoder) Missing(name, attribute string, at hcl.Range) {
	c.Diags.Error(at, "Missing attribute", "%s needs the attribute %s. Add `%s = …`.", capital(name), attribute, attribute)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// set decodes a into the field; false if nothing was set.
func (s settingsDecoder) set(a *hclsyntax.Attribute, into reflect.Value) bool {
	var v any
	var ok bool
	switch {
	case into.Type() == reflect.TypeFor[pipeline.Secret]():
		v, ok = s.Secret(a)
	case into.Type() == reflect.TypeFor[time.Duration]():
		v, ok = s.Duration(a)
	case into.Type() == reflect.TypeFor[pipeline.Size]():
		v, ok = s.Size(a)
	case into.Type() == reflect.TypeFor[[]string]():
		v, ok = s.Texts(a)
	case into.Kind() == reflect.String:
		v, ok = s.Text(a)
	case into.Kind() == reflect.Bool:
		v, ok = s.Bool(a)
	case into.Kind() == reflect.Int:
		v, ok = s.Int(a)
	default:
		if a != nil {
			s.Diags.Error(a.Range(), "Fault in Tandem", "This version cannot decode %s (a %s). Please report it.", a.Name, into.Type())
		}
	}
	if ok {
		into.Set(reflect.ValueOf(v).Convert(into.Type()))
	}
	return ok
}

package product

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/pipeline"
)

// Writer makes the bodies of requests.
type Writer struct {
	Schema pipeline.Schema
	// Names tells under which keys the surface of the API takes a canonical field.
	Names func(field string) []string
}

// NeedsCurrent tells whether writing fields presumes the product as it is: a value inside of an object
// is written with all the others of that object, and a change of is_active must know the status.
func NeedsCurrent(fields pipeline.Values) bool {
	_, active := fields["is_active"]
	_, status := fields["status"]
	if active && !status {
		return true
	}
	for field := range fields {
		if p, err := parsePath(field); err == nil && len(p.rest) > 0 {
			return true
		}
	}
	return false
}

// Update makes the body of a partial update. current is the product as it was just read; it may be nil
// when NeedsCurrent says so.
//
// Writing is_active also writes the status that says the same, since servers differ in which of the two
// they look at. Two statuses are left alone: that of a product whose is_active does not really change,
// and "draft", which is not active already, when a product is deactivated.
func (w Writer) Update(fields pipeline.Values, current Product) (map[string]any, error) {
	body, err := w.encode(fields, current)
	if err != nil {
		return nil, err
	}
	if _, given := fields["status"]; given {
		return body, nil
	}
	active, given := body["is_active"].(pipeline.Value)
	switch {
	case !given:
	case active.AsBool() && !current.Active():
		body["status"] = StatusActive
	case !active.AsBool() && current.Status() != StatusDraft:
		body["status"] = StatusInactive
	}
	return body, nil
}

// Create makes the body of a new product. It always says both is_active and status: the server's own
// defaults differ between the API (active) and the pages (draft).
func (w Writer) Create(fields pipeline.Values) (map[string]any, error) {
	for name, f := range w.Schema.Fields {
		if _, given := fields[name]; f.Required && !given {
			return nil, missing(name)
		}
	}
	body, err := w.encode(fields, nil)
	if err != nil {
		return nil, err
	}
	status := fields["status"].AsText()
	active := status == "" || status == StatusActive
	if v, given := body["is_active"].(pipeline.Value); given {
		active = v.AsBool()
	}
	body["is_active"] = active
	if status == "" {
		body["status"] = map[bool]string{true: StatusActive, false: StatusInactive}[active]
	}
	return body, nil
}

func (w Writer) encode(fields pipeline.Values, current Product) (map[string]any, error) {
	body := map[string]any{}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		path, err := parsePath(field)
		if err != nil {
			return nil, refuse("%v", err)
		}
		v, err := w.writable(path, fields[field])
		if err != nil {
			return nil, err
		}
		if path.text == MainImage {
			if err := writeMain(body, v, current); err != nil {
				return nil, err
			}
			continue
		}
		if len(path.rest) == 0 {
			for _, name := range w.Names(path.root) {
				if _, own := fields[name]; name == field || !own { // another mapped field's name is its own
					body[name] = v
				}
			}
			continue
		}
		object, err := objectOf(body, path.root, current)
		if err != nil {
			return nil, err
		}
		if err := set(object, path, v); err != nil {
			return nil, err
		}
		body[path.root] = object
	}
	return body, nil
}

// writable returns v as the field takes it, and refuses what Products Manager does not let anybody
// write, what it cannot hold, and what it would cut off.
func (w Writer) writable(path Path, v pipeline.Value) (pipeline.Value, error) {
	f, known := w.Schema.Lookup(path.text)
	switch {
	case !known:
		return v, Unknown(path.text)
	case f.ReadOnly:
		return v, refuse("Products Manager does not let anybody write %q by this API", path.root)
	}
	canonical, err := f.Canonical(v)
	switch {
	case err != nil:
		return v, refuse("the field %q of Products Manager cannot hold the value: %v", path.text, err)
	case f.Required && canonical.IsNull():
		return v, missing(path.text)
	}
	if path.root == "title" || path.root == "name" {
		if n := utf8.RuneCountInString(canonical.String()); n > LongestSentTitle {
			return v, refuse("the title has %d characters, but Products Manager takes %d", n, LongestSentTitle)
		}
	}
	return canonical, nil
}

func missing(field string) error {
	return &pipeline.Error{
		Code: pipeline.CodeFieldRequired, Class: pipeline.Permanent,
		Message: fmt.Sprintf("Products Manager requires the field %q, which is empty", field),
	}
}

// objectOf returns a copy, to be changed, of the object that the field holds. Everything in it that is
// not written stays: the server replaces the whole of a top-level field.
func objectOf(body map[string]any, field string, current Product) (map[string]any, error) {
	held, ok := body[field]
	if !ok {
		held = current[field]
	}
	switch x := held.(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return maps.Clone(x), nil
	case pipeline.Value: // the whole field is written together with a part of it
		if x.Kind() == pipeline.KindObject {
			object := map[string]any{}
			for k, v := range x.AsObject() {
				object[k] = v
			}
			return object, nil
		}
	}
	return nil, refuse("%q is no object on this product, so nothing can be written inside of it", field)
}

// set writes v at the path inside of object, which belongs to the caller. No value takes the key away,
// as the attributes are texts and cannot be null.
func set(object map[string]any, path Path, v pipeline.Value) error {
	last := len(path.rest) - 1
	for i, s := range path.rest {
		if s.index >= 0 {
			return refuse("%q cannot be written: single entries of a list are read only", path.text)
		}
		if i == last {
			put(object, s.name, v)
			return nil
		}
		inner, ok := object[s.name].(map[string]any)
		if !ok && object[s.name] != nil {
			return refuse("%q cannot be written: %q holds no object on this product", path.text, s.name)
		}
		inner = maps.Clone(inner)
		if inner == nil {
			inner = map[string]any{}
		}
		object[s.name] = inner
		object = inner
	}
	return nil
}

func put(object map[string]any, key string, v pipeline.Value) {
	switch _, isText := object[key].(string); {
	case v.IsNull():
		delete(object, key)
	case isText && v.Kind() == pipeline.KindNumber:
		object[key] = v.String() // stays the text that it was
	default:
		object[key] = v
	}
}

func refuse(format string, args ...any) error {
	return &pipeline.Error{
		Code: pipeline.CodeRecordRejected, Class: pipeline.Permanent,
		Message: fmt.Sprintf(format, args...),
	}
}

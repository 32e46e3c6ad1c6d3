package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// described is what the API's description tells of a route beside its pattern.
type described struct {
	summary string
	query   []parameter
	body    any // a value of the type that is sent along as JSON, nil for none
	// answer is a value of the type of the answer: JSON; a text for "" and a stream of events for event{}.
	answer any
	// refused is another status that has the answer, too, 0 for none.
	refused int
}

type parameter struct{ name, about string }

// anyBody is a body that is no JSON of a type of ours.
type anyBody struct{}

// object is a part of the description. Its JSON form has sorted keys.
type object = map[string]any

// openAPI is the description of the API: OpenAPI 3.1, made from the routes and from the types of what they take and
// answer, so that it cannot say anything else than they do.
func openAPI(routes []route) ([]byte, error) {
	schemas := schemas{made: object{}, types: map[string]reflect.Type{}, sent: map[reflect.Type]bool{}}
	paths := object{}
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		operations, ok := paths[path].(object)
		if !ok {
			operations = object{}
			paths[path] = operations
		}
		operations[strings.ToLower(method)] = schemas.operation(r)
	}
	failure := schemas.content("application/json", view.Failure{})
	doc := object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Tandem", "version": strings.TrimPrefix(apiPath, "/api/"),
			"description": "What the pages and the commands ask the daemon for. docs/api.md tells how to begin.",
		},
		"paths": paths,
		"components": object{
			"schemas": schemas.made,
			"responses": object{
				"Failure": object{"description": "It was refused or it failed; the code is one of docs/errors.md.", "content": failure},
			},
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "`token` of the daemon block"}},
		},
	}
	if schemas.err != nil {
		return nil, schemas.err
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	return append(b, '\n'), err
}

// describe serves the description.
func describe(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text) // whoever is gone does not need it
	}
}

// schemas makes the schemas of types. Each struct is described once, by its name.
type schemas struct {
	made  object
	types map[string]reflect.Type
	sent  map[reflect.Type]bool // types of bodies: all of what they have may be left out
	err   error
}

func (s *schemas) operation(r route) object {
	d := r.described
	if d.summary == "" || d.answer == nil {
		s.err = fmt.Errorf("the route %s is not described", r.pattern)
		return nil
	}
	ok := object{"description": "Done."}
	switch d.answer.(type) {
	case string:
		ok["content"] = object{"text/plain": object{"schema": object{"type": "string"}}}
	case event:
		ok["description"] = "Lines of JSON as the work goes on. The last one has `end` or `error`: an answer without it was cut off."
		ok["content"] = s.content(streamType, event{})
	default:
		ok["content"] = s.content("application/json", d.answer)
	}
	responses := object{"200": ok}
	if d.refused != 0 {
		responses[strconv.Itoa(d.refused)] = ok
	}
	o := object{"summary": d.summary, "responses": responses}
	if r.access == private {
		o["security"] = []any{object{"token": []string{}}}
	}
	if _, text := d.answer.(string); !text {
		responses["default"] = object{"$ref": "#/components/responses/Failure"}
	}
	var parameters []any
	for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(r.pattern, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, p := range d.query {
		parameters = append(parameters, object{"name": p.name, "in": "query", "description": p.about, "schema": object{"type": "string"}})
	}
	if parameters != nil {
		o["parameters"] = parameters
	}
	switch d.body.(type) {
	case nil:
	case anyBody:
		o["requestBody"] = object{"required": true, "content": object{"*/*": object{}}}
	default:
		s.sent[reflect.TypeOf(d.body)] = true
		o["requestBody"] = object{"content": s.content("application/json", d.body)}
	}
	return o
}

func (s *schemas) content(kind string, v any) object {
	return object{kind: object{"schema": s.of(reflect.TypeOf(v))}}
}

// of returns the schema of the JSON form of a type.
func (s *schemas) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[pipeline.Seconds]():
		return object{"type": "number", "description": "seconds"}
	case t == reflect.TypeFor[pipeline.Value]():
		return object{"description": "what a field holds: null, a truth value, a number, a text, a list or an object"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Pointer:
		return object{"anyOf": []any{s.of(t.Elem()), object{"type": "null"}}}
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.named(t)
	}
	s.err = fmt.Errorf("the type %s has no description", t)
	return nil
}

func (s *schemas) named(t reflect.Type) object {
	name := t.Name()
	switch t {
	case reflect.TypeFor[event]():
		name = "Line"
	case reflect.TypeFor[struct{}]():
		return object{"type": "object"}
	}
	reference := object{"$ref": "#/components/schemas/" + name}
	if known, ok := s.types[name]; ok {
		if known != t {
			s.err = fmt.Errorf("both %s and %s are called %s", known, t, name)
		}
		return reference
	}
	s.types[name] = t
	properties := object{}
	required := s.fields(t, properties)
	made := object{"type": "object", "properties": properties}
	if len(required) > 0 && !s.sent[t] {
		made["required"] = required
	}
	s.made[name] = made
	return reference
}

// fields puts the parts of a struct, those of embedded ones too, into properties, and returns which are always there.
func (s *schemas) fields(t reflect.Type, properties object) (required []string) {
	for f := range t.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case key == "" && f.Anonymous:
			required = append(required, s.fields(f.Type, properties)...)
			continue
		case key == "":
			s.err = fmt.Errorf("%s.%s has no name in JSON", t, f.Name)
		}
		properties[key] = s.of(f.Type)
		if !strings.Contains(options, "omit") {
			required = append(required, key)
		}
	}
	return required
}

package config

import (
	"strings"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

// JSONSchema returns a JSON schema (draft 2020-12) of the configuration in the JSON form that HCL has for every
// document: a block is an object, or a list of objects, under its type and then under each of its labels, and an
// expression is a text "${…}". It is made from what Describe tells.
func JSONSchema(kinds []pipeline.SourceKind) map[string]any {
	w := schemaWriter{blocks: schema{"expression": schema{"type": "string", "pattern": `\$\{`}}}
	root := w.object(Setting{Block: Describe(kinds)}, "")
	delete(root, "required") // a file may be one of several
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Tandem configuration"
	root["$defs"] = w.blocks
	return root
}

type schema = map[string]any

// schemaWriter makes a schema, in which each block is described once.
type schemaWriter struct {
	blocks schema // by path
}

// object describes what is in a block.
func (w schemaWriter) object(b Setting, path string) schema {
	properties, required := schema{}, []string{}
	for _, s := range b.Block {
		switch {
		case s.Name != strings.ToLower(s.Name):
			continue // called by the label of a source, or by a name of the user's
		case s.Kind != block.KindBlock:
			properties[s.Name] = attribute(s)
		case len(s.Labels) > 0 && isWord(s.Labels[0]): // the first label says what is in it
			kind := strings.Trim(s.Labels[0], `"`)
			kinds, ok := properties[s.Name].(schema)
			if !ok {
				kinds = closed(schema{}, nil)
				properties[s.Name] = kinds
			}
			kinds["properties"].(schema)[kind] = w.labelled(s.Labels[1:], joined(joined(path, s.Name), kind), s)
		default:
			properties[s.Name] = w.labelled(s.Labels, joined(path, s.Name), s)
		}
		if s.Required {
			required = append(required, s.Name)
		}
	}
	o := closed(properties, required)
	if b.Open {
		delete(o, "additionalProperties")
	}
	if b.Doc != "" {
		o["description"] = b.Doc
	}
	return o
}

func isWord(label string) bool { return strings.HasPrefix(label, `"`) }

func closed(properties schema, required []string) schema {
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// labelled puts a block below its labels; several blocks of one place are a list.
func (w schemaWriter) labelled(labels []string, path string, b Setting) schema {
	w.blocks[path] = w.object(b, path)
	ref := schema{"$ref": "#/$defs/" + path}
	s := schema{"anyOf": []schema{ref, {"type": "array", "items": ref}}}
	for range labels {
		s = schema{"type": "object", "additionalProperties": s}
	}
	return s
}

func attribute(s Setting) schema {
	of := valueOf(s)
	if s.Default != nil {
		of["default"] = s.Default
	}
	if t := typeOf(of); len(s.Choices) > 0 || t != "" && t != "string" { // a text can be an expression as it is
		of = schema{"anyOf": []schema{of, {"$ref": "#/$defs/expression"}}}
	}
	if s.Doc != "" {
		of["description"] = s.Doc
	}
	return of
}

// typeOf returns the one type of a schema; "" where there is none, or several, a text among them.
func typeOf(s schema) string {
	name, _ := s["type"].(string)
	return name
}

func valueOf(s Setting) schema {
	if len(s.Choices) > 0 {
		return schema{"enum": s.Choices}
	}
	switch s.Kind {
	case block.KindBool:
		return schema{"type": "boolean"}
	case block.KindInt:
		return schema{"type": "integer", "minimum": 0}
	case block.KindTexts:
		return schema{"type": "array", "items": schema{"type": "string"}}
	case block.KindLimit:
		return schema{"type": []string{"number", "string", "null"}}
	case block.KindExpression:
		return schema{"type": []string{"string", "boolean", "number", "null"}}
	case block.KindAny:
		return schema{}
	}
	return schema{"type": "string"}
}

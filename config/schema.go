package config

import (
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

// JSONSchema returns a JSON schema (draft 2020-12) of the configuration in the JSON form that HCL has for every
// document: a block is an object, or a list of objects, under its type and then under each of its labels, and an
// expression is a text "${…}". It is made from the shapes that the loader itself reads blocks by.
func JSONSchema(kinds []pipeline.SourceKind) map[string]any {
	w := schemaWriter{kinds: kinds, blocks: schema{"expression": schema{"type": "string", "pattern": `\$\{`}}}
	root := w.shape(rootShape(), "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Tandem configuration"
	root["$defs"] = w.blocks
	return root
}

type schema = map[string]any

// schemaWriter makes a schema, in which each block is described once.
type schemaWriter struct {
	kinds  []pipeline.SourceKind
	blocks schema // by path
}

// nestedShapes returns the shape of each block by its path. Those that are not here are made per block, and may hold
// anything that their own loader checks.
func nestedShapes() map[string]block.Shape {
	return map[string]block.Shape{
		"daemon": daemonShape(), "daemon.log": logShape(), "variable": variableShape(), "mapping": sharedMappingShape(),
		"pipeline": pipelineShape(), "pipeline.filter": filterShape(), "pipeline.schedule": scheduleShape(), "pipeline.mapping": mappingShape(),
		"pipeline.conflict": conflictShape(), "pipeline.conflict.field": conflictFieldShape(), "pipeline.limits": limitsShape(),
	}
}

// attributeSchemas returns what the attributes of those shapes hold.
func attributeSchemas() map[string]schema {
	texts := schema{"type": "array", "items": schema{"type": "string"}}
	text, boolean := schema{"type": "string"}, schema{"type": "boolean"}
	limit := schema{"type": []string{"number", "string", "null"}}
	reference := func(what string) schema {
		return schema{"type": "string", "description": "a reference, as ${" + what + "}"}
	}
	return map[string]schema{
		"daemon.state_dir": withDefault(text, DefaultStateDir), "daemon.listen": withDefault(text, DefaultListen), "daemon.token": text,
		"daemon.public_url": text,
		"daemon.log.level":  withDefault(choice("debug", "info", "warn", "error"), "info"),
		"daemon.log.format": withDefault(choice(string(LogAuto), string(LogText), string(LogJSON)), string(LogAuto)),
		"variable.type":     text, "variable.default": {}, "variable.description": text,
		"mapping.defaults": boolean, "mapping.without": texts,
		"pipeline.left": reference("source.KIND.LABEL"), "pipeline.right": reference("source.KIND.LABEL"),
		"pipeline.direction": withDefault(text, "both"), "pipeline.media": reference("media.KIND.LABEL"),
		"pipeline.variants": withDefault(choice("linked", "skip"), "skip"), "pipeline.match": texts,
		"pipeline.deletes":           withDefault(choice(string(pipeline.DeletesArchive), string(pipeline.DeletesIgnore), string(pipeline.DeletesDelete)), string(pipeline.DeletesArchive)),
		"pipeline.filter.categories": texts, "pipeline.filter.where": {"type": []string{"string", "boolean"}},
		"pipeline.schedule.every": withDefault(text, DefaultEvery.String()), "pipeline.schedule.manual": boolean, "pipeline.schedule.cron": text,
		"pipeline.schedule.realtime": boolean, "pipeline.schedule.full": text, "pipeline.schedule.timezone": text,
		"pipeline.mapping.from": reference("mapping.NAME"), "pipeline.mapping.defaults": boolean, "pipeline.mapping.without": texts,
		"pipeline.conflict.strategy": withDefault(text, "manual"), "pipeline.conflict.field.strategy": text,
		"pipeline.limits.updates": limit, "pipeline.limits.deletes": limit, "pipeline.limits.zeroed_stock": limit, "pipeline.limits.creates": limit,
	}
}

func requiredAttributes() map[string][]string {
	return map[string][]string{"pipeline": {"left", "right", "mapping"}, "pipeline.conflict.field": {"strategy"}}
}

func choice(words ...string) schema { return schema{"enum": words} }

func withDefault(s schema, value any) schema {
	out := schema{"default": value}
	for k, v := range s {
		out[k] = v
	}
	return out
}

// orExpression lets what s describes be worked out, too.
func orExpression(s schema) schema {
	if len(s) == 0 || s["type"] == "string" {
		return s // a text can be an expression as it is
	}
	return schema{"anyOf": []schema{s, {"$ref": "#/$defs/expression"}}}
}

func (w schemaWriter) shape(s block.Shape, path string) schema {
	attributes, properties := attributeSchemas(), schema{}
	for _, name := range s.Attributes {
		properties[name] = orExpression(attributes[joined(path, name)])
	}
	for _, n := range s.Blocks {
		at := joined(path, n.Type)
		switch at { // the first label of these says what is in them
		case "source":
			properties[n.Type] = w.byKind(at, w.sources())
		case "media":
			properties[n.Type] = w.byKind(at, map[string][]block.Setting{"s3": mediaSettings(&S3Media{TLS: true}), "folder": mediaSettings(&FolderMedia{})})
		default:
			properties[n.Type] = w.labelled(len(n.Labels), at, w.nested(at))
		}
	}
	return closed(properties, requiredAttributes()[path])
}

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (w schemaWriter) nested(path string) schema {
	if shape, ok := nestedShapes()[path]; ok {
		return w.shape(shape, path)
	}
	return schema{"type": "object"} // locals, and the fields and categories of a mapping, named by labels of sources
}

func closed(properties schema, required []string) schema {
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// labelled puts a block below its labels; several blocks of one place are a list.
func (w schemaWriter) labelled(labels int, path string, body schema) schema {
	w.blocks[path] = body
	ref := schema{"$ref": "#/$defs/" + path}
	s := schema{"anyOf": []schema{ref, {"type": "array", "items": ref}}}
	for range labels {
		s = schema{"type": "object", "additionalProperties": s}
	}
	return s
}

func (w schemaWriter) byKind(path string, kinds map[string][]block.Setting) schema {
	properties := schema{}
	for kind, settings := range kinds {
		properties[kind] = w.labelled(1, joined(path, kind), w.settings(settings, joined(path, kind)))
	}
	return closed(properties, nil)
}

func (w schemaWriter) sources() map[string][]block.Setting {
	all := map[string][]block.Setting{}
	for _, k := range w.kinds {
		all[k.Name] = block.Describe(k.Settings())
	}
	return all
}

// mediaSettings are those of the struct, and the template that is read apart.
func mediaSettings(settings any) []block.Setting {
	return append(block.Describe(settings), block.Setting{Name: "key", Kind: block.KindText})
}

func (w schemaWriter) settings(settings []block.Setting, path string) schema {
	properties, required := schema{}, []string{}
	for _, s := range settings {
		var of schema
		switch s.Kind {
		case block.KindBlock:
			properties[s.Name] = w.labelled(0, joined(path, s.Name), w.settings(s.Block, joined(path, s.Name)))
			continue
		case block.KindBool:
			of = schema{"type": "boolean"}
		case block.KindInt:
			of = schema{"type": "integer", "minimum": 0}
		case block.KindTexts:
			of = schema{"type": "array", "items": schema{"type": "string"}}
		case block.KindDuration:
			of = schema{"type": "string", "description": `a duration, as "90s"`}
		case block.KindSize:
			of = schema{"type": "string", "description": `a size, as "10MB"`}
		case block.KindSecret:
			of = schema{"type": "string", "description": `a secret, as ${env("NAME")}`}
		default:
			of = schema{"type": "string"}
		}
		if s.Default != nil {
			of = withDefault(of, s.Default)
		}
		properties[s.Name] = orExpression(of)
		if s.Required {
			required = append(required, s.Name)
		}
	}
	return closed(properties, required)
}

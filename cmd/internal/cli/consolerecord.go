package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// sees makes what expressions see of a record that read reads with further fields.
func (s *console) sees(known pipeline.Schema, read func(fields []string) (*pipeline.Record, error)) {
	s.given = &config.Given{Source: s.definition.Sources[s.side], Known: known, Mapped: s.definition.Wanted(s.side), Record: read}
}

// loadLive reads a record from its source; what an expression needs beside the mapped fields is read when it does.
func (s *console) loadLive(ctx context.Context, key string) error {
	if err := s.needPipeline(); err != nil {
		return err
	}
	if s.app == nil {
		a, err := s.bring(ctx, s.config, app.StateNone)
		if err != nil {
			return err
		}
		s.app = a
	}
	side, wanted := s.side, s.definition.Wanted(s.side)
	record, known, err := s.app.Record(ctx, s.definition.Name, side, key, nil)
	if err != nil {
		return err
	}
	s.sees(known, func(fields []string) (*pipeline.Record, error) {
		more := slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return slices.Contains(wanted, f) })
		if len(more) == 0 {
			return record, nil
		}
		again, _, err := s.app.Record(ctx, s.definition.Name, side, string(record.Key), more)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, more...)
		record = again
		return record, nil
	})
	return nil
}

// loadFile reads a record from a file: an object with the fields by their names, or as the source's own JSON nests them.
func (s *console) loadFile(path string) error {
	if err := s.needPipeline(); err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return &pipeline.Error{Code: pipeline.CodeUsage, Message: "the record cannot be read: " + err.Error(), Remedy: "Name a file with the record as JSON, as {\"sku\": \"CH-100\", \"price\": 19.9}."}
	}
	var whole pipeline.Value
	err = json.Unmarshal(text, &whole)
	if err == nil && whole.Kind() != pipeline.KindObject {
		err = fmt.Errorf("it is a %s", whole.Kind())
	}
	if err != nil {
		return &pipeline.Error{Code: pipeline.CodeUsage, Message: fmt.Sprintf("%s does not hold a record as JSON: %s", path, err), Remedy: "Write one object, as {\"sku\": \"CH-100\", \"price\": 19.9}."}
	}
	source, _ := s.config.Source(s.definition.Sources[s.side])
	known := source.Kind.Known
	wanted := s.definition.Wanted(s.side)
	for name := range whole.AsObject() {
		wanted = append(wanted, name)
	}
	s.sees(known, func(fields []string) (*pipeline.Record, error) {
		record := &pipeline.Record{Fields: pipeline.Values{}}
		for _, name := range slices.Concat(wanted, fields) {
			v := within(whole, name)
			if f, ok := known.Lookup(name); ok {
				canonical, err := f.Canonical(v)
				if err != nil {
					return nil, &pipeline.Error{Code: pipeline.CodeUsage, Message: fmt.Sprintf("%q of the record in %s cannot be: %s", name, path, err), Remedy: "Write what the system holds."}
				}
				v = canonical
			}
			record.Fields[name] = v
		}
		return record, nil
	})
	_, err = s.given.Record(nil)
	return err
}

// within returns the value at a path: images[0].url, or under that very name.
func within(v pipeline.Value, path string) pipeline.Value {
	if direct, ok := v.AsObject()[path]; ok {
		return direct
	}
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		i, err := strconv.Atoi(step)
		switch list := v.AsList(); {
		case v.Kind() == pipeline.KindObject:
			v = v.AsObject()[step]
		case v.Kind() == pipeline.KindList && err == nil && i >= 0 && i < len(list):
			v = list[i]
		default:
			return pipeline.Value{}
		}
	}
	return v
}

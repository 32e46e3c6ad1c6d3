package product

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// value converts decoded JSON. What has no exact decimal (a number with an exponent of thousands) is
// kept as text: it then fails the record that holds it, and nothing else.
func value(raw any) pipeline.Value {
	v, err := pipeline.FromJSON(raw)
	if err == nil {
		return v
	}
	switch x := raw.(type) {
	case json.Number:
		return pipeline.Text(x.String())
	case []any:
		list := make([]pipeline.Value, len(x))
		for i, e := range x {
			list[i] = value(e)
		}
		return pipeline.List(list...)
	case map[string]any:
		object := make(map[string]pipeline.Value, len(x))
		for k, e := range x {
			object[k] = value(e)
		}
		return pipeline.Object(object)
	}
	return pipeline.Value{}
}

// nameOf reduces {"id", "name"} or {"path"} to the text that stands for it.
func nameOf(raw any) any {
	object, ok := raw.(map[string]any)
	if !ok {
		return raw
	}
	for _, key := range []string{"path", "full_path", "name", "title"} {
		if s, ok := object[key].(string); ok && s != "" {
			return s
		}
	}
	return raw
}

// images makes the list of {url} out of addresses, or of objects that hold one under some name. Empty
// entries are left out.
func images(raw any) pipeline.Value {
	list, ok := raw.([]any)
	if !ok {
		if raw == nil {
			return pipeline.Value{}
		}
		list = []any{raw}
	}
	var found []pipeline.Value
	for _, e := range list {
		address, _ := e.(string)
		if object, ok := e.(map[string]any); ok {
			for _, key := range []string{"url", "src", "original"} {
				if address, _ = object[key].(string); address != "" {
					break
				}
			}
		}
		if address != "" {
			found = append(found, pipeline.Object(map[string]pipeline.Value{"url": pipeline.Text(address)}))
		}
	}
	return pipeline.List(found...)
}

// parseTime reads the ISO 8601 forms that servers write, with "T" or a blank, with or without a
// fraction and a zone; without one it is UTC. It returns the zero time for anything else.
func parseTime(s string) time.Time {
	s = strings.Replace(strings.TrimSpace(s), " ", "T", 1)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05Z0700", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// dateTime is the canonical text of a time; a text that is no time stays as it is.
func dateTime(raw any) pipeline.Value {
	s, ok := raw.(string)
	if !ok {
		return value(raw)
	}
	if t := parseTime(s); !t.IsZero() {
		return pipeline.Text(t.Format(time.DateTime))
	}
	return pipeline.Text(s)
}

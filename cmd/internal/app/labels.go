package app

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// byLabel turns what is known per side into what users see: by the label of the source.
func byLabel[T any](d *pipeline.Definition, v [2]T) map[string]T {
	return map[string]T{d.Sources[pipeline.Left]: v[pipeline.Left], d.Sources[pipeline.Right]: v[pipeline.Right]}
}

// computedByLabel is byLabel for what expressions made, without the sides that made nothing; nil for none.
func computedByLabel(d *pipeline.Definition, computed [2]*pipeline.Value) map[string]pipeline.Value {
	var m map[string]pipeline.Value
	for _, s := range pipeline.Sides() {
		if computed[s] == nil {
			continue
		}
		if m == nil {
			m = map[string]pipeline.Value{}
		}
		m[d.Sources[s]] = *computed[s]
	}
	return m
}

// timesByLabel is byLabel for times, nil where there is none.
func timesByLabel(d *pipeline.Definition, v [2]time.Time) map[string]*time.Time {
	var p [2]*time.Time
	for _, s := range pipeline.Sides() {
		if !v[s].IsZero() {
			p[s] = &v[s]
		}
	}
	return byLabel(d, p)
}

// keysByLabel is byLabel for keys, without the side that has no record.
func keysByLabel(d *pipeline.Definition, keys [2]pipeline.Key) map[string]pipeline.Key {
	m := map[string]pipeline.Key{}
	for _, s := range pipeline.Sides() {
		if keys[s] != "" {
			m[d.Sources[s]] = keys[s]
		}
	}
	return m
}

// values is v, or an empty map for JSON.
func values(v pipeline.Values) pipeline.Values {
	if v == nil {
		return pipeline.Values{}
	}
	return v
}

// unknown is the error of a name that the configuration does not have.
func unknown(code pipeline.Code, what, name string, known []string) error {
	e := &pipeline.Error{Code: code, Message: fmt.Sprintf("there is no %s %q", what, name)}
	slices.Sort(known)
	if near := pipeline.Nearest(name, known); near != "" {
		e.Remedy = fmt.Sprintf("Did you mean %q?", near)
	} else {
		e.Remedy = fmt.Sprintf("Known are: %s.", strings.Join(known, ", "))
	}
	return e
}

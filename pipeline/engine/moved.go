package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/planfile"
)

// moved tells why a planned item, decided anew as it, is not what was planned; "" if it is.
func (r *run) moved(p planfile.Item, it *pipeline.Item) string {
	switch {
	case it.Err != nil:
		return it.Err.Error()
	case it.LeftOut != "":
		return "it takes no part any more: " + it.LeftOut
	}
	for _, s := range pipeline.Sides() {
		switch there := it.Records[s] != nil; {
		case p.There[s] && !there:
			return fmt.Sprintf("%s is gone from %s", p.Keys[s], r.Definition.Sources[s])
		case !p.There[s] && there:
			return fmt.Sprintf("%s is on %s again", p.Keys[s], r.Definition.Sources[s])
		}
	}
	if p.Link == "" && p.There[0] && p.There[1] && !r.stillMatch(it) {
		return "the two records have no match value in common any more"
	}
	if sameMutation(p.Mutations[0], it.Mutations[0]) && sameMutation(p.Mutations[1], it.Mutations[1]) {
		return ""
	}
	if r.carriedOut(p, it) {
		return "it holds what was planned already"
	}
	if since := r.changedSince(p, it); len(since) > 0 {
		return strings.Join(since, "; ")
	}
	return "it is decided otherwise by now: " + rules(it)
}

// stillMatch tells whether two records that were to be paired still hold one value of a match field.
func (r *run) stillMatch(it *pipeline.Item) bool {
	for _, name := range r.Definition.Match {
		if v := it.MatchText[0][name]; v != "" && v == it.MatchText[1][name] {
			return true
		}
	}
	return false
}

func sameMutation(a, b *pipeline.Mutation) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && a.Removal == b.Removal && sameValues(a.Fields, b.Fields) && sameValues(a.Before, b.Before)
}

func sameValues(a, b pipeline.Values) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if w, ok := b[name]; !ok || !v.Equal(w) {
			return false
		}
	}
	return true
}

// carriedOut tells whether every field that was to be written holds what it was to hold.
func (r *run) carriedOut(p planfile.Item, it *pipeline.Item) bool {
	any := false
	for _, d := range p.Decisions {
		for _, s := range pipeline.Sides() {
			if !d.Writes[s] {
				continue
			}
			if own, ok := r.own(it, s, d.Field); !ok || !own.Equal(d.After[s]) {
				return false
			}
			any = true
		}
	}
	return any
}

// changedSince names the fields that are no longer what the plan was decided upon.
func (r *run) changedSince(p planfile.Item, it *pipeline.Item) (since []string) {
	planned := map[string]bool{}
	for _, d := range p.Decisions {
		planned[d.Field] = true
		for _, s := range pipeline.Sides() {
			if own, ok := r.own(it, s, d.Field); ok && !own.Equal(d.Values[s]) {
				since = append(since, r.since(d.Field, s, d.Values[s], own))
			}
		}
	}
	for _, d := range it.Decisions {
		for _, s := range pipeline.Sides() {
			if !planned[d.Field] && d.Field != "" && !d.Base[s].Equal(d.Values[s]) {
				since = append(since, r.since(d.Field, s, d.Base[s], d.Values[s]))
			}
		}
	}
	return slices.Compact(since)
}

func (r *run) since(field string, s pipeline.Side, was, is pipeline.Value) string {
	return fmt.Sprintf("%s on %s changed since: it was %s, it is %s", field, r.Definition.Sources[s], inShort(was), inShort(is))
}

// own returns what a side holds in a field of the mapping; false where it has no record.
func (r *run) own(it *pipeline.Item, s pipeline.Side, field string) (pipeline.Value, bool) {
	i := slices.IndexFunc(r.Definition.Fields, func(f pipeline.MappedField) bool { return f.Name == field })
	if i < 0 || it.Own[s] == nil {
		return pipeline.Value{}, false
	}
	return it.Own[s][i], true
}

func rules(it *pipeline.Item) string {
	var all []string
	for _, d := range it.Decisions {
		if d.Field != "" {
			all = append(all, d.Field+": "+d.Rule)
		} else {
			all = append(all, d.Rule)
		}
	}
	if len(all) == 0 {
		return "there is nothing to do"
	}
	return strings.Join(slices.Compact(all), "; ")
}

// inShort shows a value in a sentence.
func inShort(v pipeline.Value) string {
	const most = 40
	if from, ok := pipeline.ImageSourceOf(v); ok {
		return from.String()
	}
	r := []rune(v.String())
	switch {
	case v.IsNull():
		return "empty"
	case len(r) > most:
		return fmt.Sprintf("%q…", string(r[:most]))
	case v.Kind() == pipeline.KindText:
		return fmt.Sprintf("%q", string(r))
	}
	return string(r)
}

package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/worddiff"
	"github.com/tandem-sync/tandem/pipeline"
)

// longValue is from how many runes on two texts are shown by what differs between them.
const longValue = 60

// plain writes a value for people; an image by where it is.
func plain(v pipeline.Value) string {
	if from, ok := pipeline.ImageSourceOf(v); ok {
		return from.String()
	}
	return v.String()
}

// clipped is plain, shortened to what a line of a table bears.
func clipped(v pipeline.Value) string {
	r := []rune(plain(v))
	if len(r) > 3*longValue {
		return string(r[:3*longValue]) + "…"
	}
	return string(r)
}

// recordName is what a record is called, and where its page is.
type recordName struct {
	Names, Keys []string
	Path        string
}

func recordOf(match pipeline.Values, keys map[string]pipeline.Key) recordName {
	var n recordName
	for _, name := range slices.Sorted(maps.Keys(match)) {
		if s := plain(match[name]); s != "" {
			n.Names = append(n.Names, s)
		}
	}
	for _, label := range slices.Sorted(maps.Keys(keys)) {
		if keys[label] != "" {
			n.Keys = append(n.Keys, label+" "+string(keys[label]))
			n.Path = recordPath(string(keys[label]))
		}
	}
	if len(n.Names) > 0 {
		n.Path = recordPath(n.Names[len(n.Names)-1])
	}
	return n
}

// recordPath is where the page of a record is.
func recordPath(name string) string { return "/records/" + url.PathEscape(name) }

// sideValue is what one side holds of a field.
type sideValue struct {
	Label, Text string
	None        bool
}

func sideValues(values map[string]pipeline.Value) (all []sideValue) {
	for _, label := range slices.Sorted(maps.Keys(values)) {
		all = append(all, sideValue{label, clipped(values[label]), values[label].IsNull()})
	}
	return all
}

// change is what became of a field: the values of the sides where nothing was written, else what was there
// before and is there after, of long texts the pieces that differ.
type change struct {
	Name, Rule    string
	Sides         []sideValue
	Pieces        []worddiff.Piece
	Before, After sideValue
	New           bool // there was no record before
}

func changeOf(name string, before, after pipeline.Value) change {
	c := change{Name: name, Before: sideValue{Text: clipped(before), None: before.IsNull()}, After: sideValue{Text: clipped(after), None: after.IsNull()}}
	a, b := before.AsText(), after.AsText()
	if a == "" || b == "" || max(utf8.RuneCountInString(a), utf8.RuneCountInString(b)) <= longValue {
		return c
	}
	c.Pieces = worddiff.Of(a, b)
	for i, p := range c.Pieces {
		if p.Sign == '=' {
			c.Pieces[i].Text = worddiff.Around(p.Text, i == 0, i == len(c.Pieces)-1)
		}
	}
	return c
}

// told is one event of the history.
type told struct {
	view.Event
	Record  recordName
	Changes []change
	Known   bool // the kind has a text
}

func toldOf(events []view.Event) []told {
	all := make([]told, 0, len(events))
	for _, e := range events {
		t := told{Event: e, Record: recordOf(e.Match, e.Keys), Known: slices.Contains(eventKinds(), e.Kind)}
		for _, f := range e.Fields {
			c := changeOf(f.Name, f.Before, f.After)
			c.Rule, c.New = f.Rule, e.Kind == string(pipeline.Create)
			if e.Side == "" {
				c.Sides = sideValues(f.Values)
			}
			t.Changes = append(t.Changes, c)
			if c.Rule == t.Rule {
				t.Rule = "" // is told there
			}
		}
		all = append(all, t)
	}
	return all
}

func eventKinds() []string {
	return []string{"link", "create", "update", "archive", "delete", "agree", "conflict", "resolve", "close", "quarantine", "release", "unlink", "forget", "brake", "approve", "pause", "resume", "adopt"}
}

// fingerprint of values tells whether they are still those that a page showed.
func fingerprint(shown any) string {
	b, _ := json.Marshal(shown) // values always have a JSON form
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// paged makes the addresses of the pages before and after the one that begins at skip.
func paged(path string, q url.Values, skip, size int, more bool) (newer, older string) {
	at := func(skip int) string {
		q := maps.Clone(q)
		q.Set("skip", strconv.Itoa(skip))
		return path + "?" + q.Encode()
	}
	if skip > 0 {
		newer = at(max(0, skip-size))
	}
	if more {
		older = at(skip + size)
	}
	return newer, older
}

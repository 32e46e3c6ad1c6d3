package pages

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
	"github.com/tandem-sync/tandem/cmd/internal/worddiff"
	"github.com/tandem-sync/tandem/pipeline"
)

func (p *Pages) conflictRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /conflicts":       p.conflicts,
		"POST /conflicts":      p.settleMany,
		"GET /conflicts/{id}":  p.conflict,
		"POST /conflicts/{id}": p.settle,
	}
}

// pageConflicts is how many conflicts a page lists.
const pageConflicts = 100

// conflictsPage is what the list of conflicts shows.
type conflictsPage struct {
	Rows              []conflictRow
	Labels            []string // that can win on this page
	Pipelines, Fields []string
	Pipeline          string
	Field             string // of the filter; wholeRecord is the record itself
	Whole             string
	Waiting           int  // in all
	All               bool // chosen to begin with
	Filtered          bool
	ChooseAll         string
	Newer, Older      string
}

// wholeRecord stands for the field "" where "" is any field.
const wholeRecord = "*"

type conflictRow struct {
	view.Conflict
	Record recordName
	Sides  []sideValue
	Seen   string
}

// conflicts lists what waits for a person.
func (p *Pages) conflicts(w http.ResponseWriter, r *http.Request) {
	all, err := p.Backend.Conflicts(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v := conflictsPage{Pipeline: r.FormValue("pipeline"), Field: r.FormValue("field"), All: r.FormValue("all") != "", Whole: wholeRecord}
	for _, c := range all {
		if c.Resolution == nil {
			v.Waiting++
		}
		if !slices.Contains(v.Pipelines, c.Pipeline) {
			v.Pipelines = append(v.Pipelines, c.Pipeline)
		}
		if !slices.Contains(v.Fields, c.Field) {
			v.Fields = append(v.Fields, c.Field)
		}
	}
	slices.Sort(v.Fields)
	f, q := view.ConflictFilter{Pipeline: v.Pipeline}, url.Values{}
	if v.Field != "" {
		field := strings.TrimPrefix(v.Field, wholeRecord)
		f.Field = &field
		q.Set("field", v.Field)
	}
	if v.Pipeline != "" {
		q.Set("pipeline", v.Pipeline)
	}
	v.Filtered = len(q) > 0
	chosen := f.Select(all)
	skip, _ := strconv.Atoi(r.FormValue("skip"))
	skip = min(max(0, skip), len(chosen))
	rows := chosen[skip:min(skip+pageConflicts, len(chosen))]
	labels := map[string]bool{}
	for _, c := range rows {
		v.Rows = append(v.Rows, conflictRow{c, recordOf(c.Match, c.Keys), sideValues(c.Values), shown(c)})
		for label := range c.Values {
			labels[label] = true
		}
	}
	v.Labels = slices.Sorted(maps.Keys(labels))
	v.Newer, v.Older = paged("/conflicts", q, skip, pageConflicts, skip+pageConflicts < len(chosen))
	q.Set("skip", strconv.Itoa(skip))
	q.Set("all", "1")
	v.ChooseAll = "/conflicts?" + q.Encode()
	p.show(w, r, nil, ui.Page{Name: "conflicts", Nav: "conflicts", Data: v})
}

// conflictPage is what the page of one conflict shows.
type conflictPage struct {
	view.Conflict
	Record  recordName
	Columns []column
	Seen    string
	// Own: a value of one's own can be given; it begins as Text.
	Own  bool
	Text string
	// Next is another one that waits, "" for none.
	Next string
}

// column is one side of a conflict.
type column struct {
	Label  string
	Based  bool // the sides have agreed before, on Base
	Base   sideValue
	Now    sideValue
	Pieces []worddiff.Piece // what changed from Base to Now, where both are texts
	Edited *time.Time
	// Computed is what the side makes for the other one of its other fields; nil where it makes nothing.
	Computed *sideValue
}

// conflict shows one conflict, its sides beside each other.
func (p *Pages) conflict(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	c, err := p.Backend.Conflict(r.Context(), id)
	if err != nil && pipeline.AsError(err).Code == pipeline.CodeConflictNotFound && r.FormValue("done") == "settle" {
		p.act(w, r, "/conflicts", "settled", nil) // a cycle has carried it out already
		return
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	all, err := p.Backend.Conflicts(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v := conflictPage{Conflict: c, Record: recordOf(c.Match, c.Keys), Seen: shown(c), Own: c.Field != ""}
	for _, label := range slices.Sorted(maps.Keys(c.Values)) {
		v.Columns = append(v.Columns, columnOf(c, label))
		if _, image := pipeline.ImageSourceOf(c.Values[label]); image {
			v.Own = false
		}
		if v.Text == "" {
			v.Text = plain(c.Values[label])
		}
	}
	for _, other := range (view.ConflictFilter{}).Select(all) {
		if other.ID != c.ID {
			v.Next = conflictPath(other.ID)
			break
		}
	}
	p.show(w, r, nil, ui.Page{Name: "conflict", Nav: "conflicts", Data: v})
}

func columnOf(c view.Conflict, label string) column {
	now := c.Values[label]
	base, based := c.Base[label]
	col := column{
		Label: label, Based: based, Edited: c.Times[label],
		Base: sideValue{Text: plain(base), None: base.IsNull()}, Now: sideValue{Text: plain(now), None: now.IsNull()},
	}
	if v, made := c.Computed[label]; made {
		col.Computed = &sideValue{Text: plain(v), None: v.IsNull()}
	}
	if base.AsText() != "" && now.AsText() != "" {
		col.Pieces = worddiff.Of(base.AsText(), now.AsText())
	}
	return col
}

func conflictPath(id string) string { return "/conflicts/" + url.PathEscape(id) }

// settle settles one conflict as the form says.
func (p *Pages) settle(w http.ResponseWriter, r *http.Request) {
	id, take := r.PathValue("id"), r.PostFormValue("take")
	c, err := p.Backend.Conflict(r.Context(), id)
	if err == nil && take == "" {
		take, err = ownValue(c, r.PostFormValue("value"))
	} else if _, side := c.Values[take]; err == nil && !side {
		err = noSide(c, take)
	}
	if err == nil {
		err = p.settleOne(r, c, take, r.PostFormValue("seen"))
	}
	p.act(w, r, conflictPath(id), "settle", err)
}

// shown is the fingerprint of what a page shows of a conflict.
func shown(c view.Conflict) string {
	if len(c.Computed) == 0 {
		return fingerprint(c.Values)
	}
	return fingerprint([]map[string]pipeline.Value{c.Values, c.Computed})
}

// settleOne settles a conflict if its values are still those that the page showed.
func (p *Pages) settleOne(r *http.Request, c view.Conflict, take, seen string) error {
	if c.Resolution != nil {
		return &pipeline.Error{
			Code: pipeline.CodeConflictMoved, Message: fmt.Sprintf("conflict %s was settled meanwhile by %s", c.ID, c.Resolution.By),
			Remedy: "Go back and reload the page: it shows what was decided, and you can decide otherwise.",
		}
	}
	if seen != shown(c) {
		return &pipeline.Error{
			Code: pipeline.CodeConflictMoved, Message: fmt.Sprintf("a side of conflict %s was edited after the page was shown", c.ID),
			Remedy: "Go back, reload the page, and decide about what the sides hold now.",
		}
	}
	_, err := p.Backend.Resolve(r.Context(), view.Resolve{ID: c.ID, Take: take, By: byOf(r), Seen: c.Values, Computed: c.Computed})
	return err
}

// ownValue is what Resolve takes for a value that was typed: a text as it is, whatever it looks like.
func ownValue(c view.Conflict, typed string) (string, error) {
	typed = strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
	if typed == "" {
		return "", &pipeline.Error{Code: pipeline.CodeResolutionRefused, Message: "no value was given", Remedy: "Go back and write the value, or keep that of one side."}
	}
	for _, held := range []map[string]pipeline.Value{c.Values, c.Base} {
		for _, v := range held {
			if !v.IsNull() && v.Kind() != pipeline.KindText {
				return typed, nil // a number and the like: Resolve reads it
			}
		}
	}
	b, err := json.Marshal(typed)
	return string(b), err
}

func noSide(c view.Conflict, take string) error {
	return &pipeline.Error{
		Code: pipeline.CodeResolutionRefused, Message: fmt.Sprintf("conflict %s has no side %q", c.ID, take),
		Remedy: "Keep the value of " + strings.Join(slices.Sorted(maps.Keys(c.Values)), " or ") + ".",
	}
}

// settleMany has one side win the chosen conflicts. What cannot be settled is told; the others are.
func (p *Pages) settleMany(w http.ResponseWriter, r *http.Request) {
	all, err := p.Backend.Conflicts(r.Context())
	if err == nil {
		err = r.ParseForm()
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	byID := map[string]view.Conflict{}
	for _, c := range all {
		byID[c.ID] = c
	}
	take, done := r.PostFormValue("take"), view.SettledMany{}
	for _, id := range r.PostForm["id"] {
		c, waits := byID[id]
		var err error
		if _, side := c.Values[take]; !waits {
			err = &pipeline.Error{Code: pipeline.CodeConflictNotFound, Message: fmt.Sprintf("there is no conflict %q any more", id)}
		} else if !side {
			err = noSide(c, take)
		} else {
			err = p.settleOne(r, c, take, r.PostFormValue("seen-"+id))
		}
		if err != nil {
			done.Refused = append(done.Refused, view.Refusal{ID: id, Error: view.ErrorOf(err)})
			continue
		}
		done.Settled = append(done.Settled, c)
	}
	switch {
	case len(done.Refused) > 0:
		p.show(w, r, nil, ui.Page{Name: "settled", Nav: "conflicts", Status: http.StatusConflict, Data: done})
	case len(done.Settled) == 0:
		p.act(w, r, "/conflicts", "settle_none", nil)
	default:
		p.act(w, r, "/conflicts", "settled", nil)
	}
}

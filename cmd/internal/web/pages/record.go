package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
	"github.com/tandem-sync/tandem/pipeline"
)

func (p *Pages) recordRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /records":       p.find,
		"GET /records/{key}": p.record,
	}
}

// recordPage is what the page of a record shows, in each pipeline that knows it.
type recordPage struct {
	Asked string
	// Unasked is why a pipeline could not be asked whether it knows the record, "" where all could.
	Unasked string
	Found   []explained
}

type explained struct {
	view.Explanation
	Record    recordName
	Rows      []explainedRow
	Changes   []due
	Conflicts []waitingField
	Story     []told // newest first
}

// Aside tells that the pipeline leaves the record alone, so that what it says of the fields is for the curious.
func (x explained) Aside() bool { return x.LeftOut != "" && !x.Linked }

// waitingField is a conflict of the record.
type waitingField struct{ Path, Field, Rule string }

// due is what a cycle would write now.
type due struct {
	pipeline.PlannedChange
	Changes []change
}

// explainedRow is one field; the sides are in the order of the pipeline.
type explainedRow struct {
	view.ExplainedField
	Sides   []explainedSide
	Verdict string // the end of a text's key
	Into    string
}

type explainedSide struct {
	Label, Name       string
	Base, Now, Mapped *sideValue // nil where there is none
}

// find leads to the page of the record that is looked for.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) {
	if q := strings.TrimSpace(r.FormValue("q")); q != "" {
		http.Redirect(w, r, recordPath(q), http.StatusSeeOther)
		return
	}
	p.show(w, r, nil, ui.Page{Name: "record", Data: recordPage{}})
}

// record tells all about a record.
func (p *Pages) record(w http.ResponseWriter, r *http.Request) {
	v := recordPage{Asked: r.PathValue("key")}
	found, err := p.Backend.Explain(r.Context(), v.Asked)
	if err != nil && pipeline.AsError(err).Code != pipeline.CodeRecordUnknown {
		p.fail(w, r, err)
		return
	}
	if err != nil && pipeline.AsError(err).Cause != nil {
		v.Unasked = pipeline.AsError(err).Cause.Error()
	}
	for _, x := range found {
		v.Found = append(v.Found, explainedOf(x))
	}
	page := ui.Page{Name: "record", Data: v}
	if len(v.Found) == 0 {
		page.Status = http.StatusNotFound
	}
	p.show(w, r, nil, page)
}

func explainedOf(x view.Explanation) explained {
	v := explained{Explanation: x, Record: recordOf(x.Match, x.Keys), Story: toldOf(x.History)}
	slices.Reverse(v.Story)
	for _, f := range x.Fields {
		row := explainedRow{ExplainedField: f, Verdict: verdictKey(f.Decision), Into: strings.Join(f.Writes, ", ")}
		for _, label := range x.Sources {
			side := explainedSide{Label: label, Base: heldBy(f.Base, label), Now: heldBy(f.Values, label), Mapped: heldBy(f.Mapped, label)}
			if f.Names[label] != f.Name {
				side.Name = f.Names[label]
			}
			row.Sides = append(row.Sides, side)
		}
		v.Rows = append(v.Rows, row)
	}
	for _, c := range x.Changes {
		d := due{PlannedChange: c}
		for _, f := range c.Fields {
			shown := changeOf(f.Name, f.Before, f.After)
			shown.Rule, shown.New = f.Rule, c.Action == pipeline.PlanCreate
			d.Changes = append(d.Changes, shown)
		}
		v.Changes = append(v.Changes, d)
	}
	for _, c := range x.Conflicts {
		v.Conflicts = append(v.Conflicts, waitingField{conflictPath(c.ID), c.Field, c.Rule})
	}
	return v
}

// heldBy returns what a side has in values, nil where it has nothing there.
func heldBy(values map[string]pipeline.Value, label string) *sideValue {
	v, ok := values[label]
	if !ok {
		return nil
	}
	return &sideValue{Text: clipped(v), None: v.IsNull()}
}

func verdictKey(v pipeline.Verdict) string {
	known := map[pipeline.Verdict]string{"": "unchanged", pipeline.Agree: "agree", pipeline.Wait: "wait", pipeline.Hold: "hold", pipeline.TakeValue: "value"}
	if key, ok := known[v]; ok {
		return key
	}
	return "write"
}

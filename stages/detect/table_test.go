package detect_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

const (
	left, right = pipeline.Left, pipeline.Right

	alone     = "alone"     // to be made on the other side
	ambiguous = "ambiguous" // nothing is done
	passed    = ""          // not looked at in this cycle
)

// holder is a record in a pairing. want is the name of its partner, or alone, ambiguous, passed.
type holder struct {
	name     string
	side     pipeline.Side
	sku, ean string
	// idle: known from an earlier cycle, without a partner. linked: with a partner of its own.
	idle, linked bool
	want         string
}

// Every way in which match values can meet.
func TestPairing(t *testing.T) {
	for name, holders := range map[string][]holder{
		"one on each side":        {{"L", left, "A", "", false, false, "R"}, {"R", right, "A", "", false, false, "L"}},
		"nobody else":             {{"L", left, "A", "", false, false, alone}, {"R", right, "B", "", false, false, alone}},
		"no match values at all":  {{"L", left, "", "", false, false, alone}, {"R", right, "", "", false, false, alone}},
		"twice on the left":       {{"L1", left, "A", "", false, false, ambiguous}, {"L2", left, "A", "", false, false, ambiguous}, {"R", right, "A", "", false, false, ambiguous}},
		"twice on the right":      {{"L", left, "A", "", false, false, ambiguous}, {"R1", right, "A", "", false, false, ambiguous}, {"R2", right, "A", "", false, false, ambiguous}},
		"twice on both":           {{"L1", left, "A", "", false, false, ambiguous}, {"L2", left, "A", "", false, false, ambiguous}, {"R1", right, "A", "", false, false, ambiguous}, {"R2", right, "A", "", false, false, ambiguous}},
		"twice, without partner":  {{"L1", left, "A", "", false, false, ambiguous}, {"L2", left, "A", "", false, false, ambiguous}},
		"by the second field":     {{"L", left, "A", "1", false, false, "R"}, {"R", right, "B", "1", false, false, "L"}},
		"the first field decides": {{"L", left, "A", "1", false, false, "R"}, {"R", right, "A", "2", false, false, "L"}},
		"the first field decides, the second is for the others": {
			{"L1", left, "A", "1", false, false, "R1"},
			{"R1", right, "A", "", false, false, "L1"},
			{"L2", left, "", "2", false, false, "R2"},
			{"R2", right, "C", "2", false, false, "L2"},
		},
		"a later field's value of somebody paired": {
			{"L", left, "A", "1", false, false, "R1"}, {"R1", right, "A", "", false, false, "L"}, {"R2", right, "", "1", false, false, ambiguous},
		},
		"a later field's value of somebody ambiguous": {
			{"L1", left, "A", "1", false, false, ambiguous}, {"L2", left, "A", "2", false, false, ambiguous}, {"R", right, "B", "1", false, false, ambiguous},
		},
		"twice in the second field": {
			{"L", left, "A", "1", false, false, ambiguous}, {"R1", right, "B", "1", false, false, ambiguous}, {"R2", right, "C", "1", false, false, ambiguous},
		},
		"known from earlier": {{"L", left, "A", "", false, false, "R"}, {"R", right, "A", "", true, false, passed}},
		"two known from earlier": {
			{"L", left, "A", "", false, false, ambiguous}, {"R1", right, "A", "", true, false, passed}, {"R2", right, "A", "", true, false, passed},
		},
		"a second one on its own side, known from earlier": {
			{"L1", left, "A", "", false, false, ambiguous}, {"L2", left, "A", "", true, false, passed}, {"R", right, "A", "", false, false, ambiguous},
		},
		"the partner has another partner": {{"L", left, "A", "", false, false, ambiguous}, {"R", right, "A", "", false, true, passed}},
		"a copy of a linked record":       {{"L1", left, "A", "", false, false, ambiguous}, {"L2", left, "A", "", false, true, passed}},
		"known from earlier, by the second field": {
			{"L", left, "A", "1", false, false, "R"}, {"R", right, "B", "1", true, false, passed},
		},
		"one known record is given away once": {
			{"L1", left, "A", "1", false, false, "R"}, {"L2", left, "B", "1", false, false, ambiguous}, {"R", right, "A", "1", true, false, passed},
		},
		"values of one side are no values of the other field": {
			{"L", left, "1", "", false, false, alone}, {"R", right, "", "1", false, false, alone},
		},
	} {
		t.Run(name, func(t *testing.T) { newPairs(t).check(holders) })
	}
}

// check inserts the holders, detects, and compares.
func (p *pairs) check(holders []holder) {
	p.t.Helper()
	keys := map[string]pipeline.Key{}
	names := [2]map[pipeline.Key]string{{}, {}}
	for _, h := range holders {
		keys[h.name] = p.insert(h.side, h.sku, h.ean)
		names[h.side][keys[h.name]] = h.name
		switch match := map[string]string{"sku": h.sku, "ean": h.ean}; {
		case h.idle:
			p.commit(pipeline.Commit{Unlinked: []pipeline.Unlinked{{Side: h.side, Key: keys[h.name], Match: match, Seen: p.stamp(h.side, keys[h.name])}}})
		case h.linked:
			p.link(h, keys[h.name])
		}
	}
	got, want := map[string]string{}, map[string]string{}
	for _, it := range p.items(false) {
		for _, s := range pipeline.Sides() {
			name := names[s][it.Keys[s]]
			switch {
			case it.Keys[s] == "" || it.Records[s] == nil:
			case it.Err != nil && it.Err.Code == pipeline.CodeAmbiguousMatch:
				got[name] = ambiguous
			case it.Keys[s.Other()] != "":
				got[name] = names[s.Other()][it.Keys[s.Other()]]
			default:
				got[name] = alone
			}
		}
	}
	for _, h := range holders {
		if h.want != passed {
			want[h.name] = h.want
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		p.t.Errorf("paired (-want +got):\n%s", d)
	}
}

// link links a record with one on the other side that has no match values any more.
func (p *pairs) link(h holder, key pipeline.Key) {
	p.t.Helper()
	l := &pipeline.Link{ID: pipeline.LinkID(h.name)}
	partner := p.insert(h.side.Other(), "", "")
	l.Keys[h.side], l.Keys[h.side.Other()] = key, partner
	for _, s := range pipeline.Sides() {
		l.Seen[s] = p.stamp(s, l.Keys[s])
		l.Base[s] = pipeline.Values{"sku": {}, "ean": {}}
	}
	l.Base[h.side] = pipeline.Values{"sku": pipeline.Text(h.sku), "ean": pipeline.Text(h.ean)}
	p.commit(pipeline.Commit{Links: []*pipeline.Link{l}})
}

func (p *pairs) stamp(s pipeline.Side, key pipeline.Key) string {
	p.t.Helper()
	records, err := p.systems[s].Fetch(p.t.Context(), []pipeline.Key{key}, []string{"sku"})
	if err != nil || len(records) != 1 {
		p.t.Fatalf("%v %v", records, err)
	}
	return records[0].Stamp
}

// linked makes a linked pair that was handled as it is.
func (p *pairs) linked(sku string) *pipeline.Link {
	p.t.Helper()
	l := &pipeline.Link{ID: pipeline.LinkID(sku)}
	for _, s := range pipeline.Sides() {
		l.Keys[s] = p.insert(s, sku, "")
		l.Base[s] = pipeline.Values{"sku": pipeline.Text(sku), "ean": {}}
		l.Seen[s] = p.stamp(s, l.Keys[s])
	}
	p.commit(pipeline.Commit{Links: []*pipeline.Link{l}})
	return l
}

// What an incremental cycle looks at: Invariant 4, it may repeat and must not miss.
func TestInvariant4WhatIsLookedAt(t *testing.T) {
	hour := time.Now().Add(time.Hour)
	entry := func(l *pipeline.Link, next time.Time) pipeline.Quarantined {
		return pipeline.Quarantined{ID: "q", Link: l.ID, Keys: l.Keys, Seen: l.Seen, Last: time.Now(), NextTry: next}
	}
	for name, tc := range map[string]struct {
		full   bool
		set    func(p *pairs, l *pipeline.Link)
		seen   bool // there is an item of the link
		hinted [2]bool
	}{
		"handled with these stamps":         {false, func(*pairs, *pipeline.Link) {}, false, [2]bool{}},
		"a full pass looks at everything":   {true, func(*pairs, *pipeline.Link) {}, true, [2]bool{true, true}},
		"the left changed":                  {false, func(p *pairs, l *pipeline.Link) { p.edit(left, l.Keys[left]) }, true, [2]bool{true, false}},
		"the right changed":                 {false, func(p *pairs, l *pipeline.Link) { p.edit(right, l.Keys[right]) }, true, [2]bool{false, true}},
		"it must be looked at again":        {false, func(p *pairs, l *pipeline.Link) { l.Seen[right] = ""; p.put(l) }, true, [2]bool{false, true}},
		"in quarantine, not due":            {false, func(p *pairs, l *pipeline.Link) { p.failed(entry(l, hour)) }, false, [2]bool{}},
		"in quarantine, due":                {false, func(p *pairs, l *pipeline.Link) { p.failed(entry(l, time.Now())) }, true, [2]bool{true, true}},
		"in quarantine, not due, full pass": {true, func(p *pairs, l *pipeline.Link) { p.failed(entry(l, hour)) }, true, [2]bool{true, true}},
		"in quarantine, not due, edited": {false, func(p *pairs, l *pipeline.Link) {
			p.failed(entry(l, hour))
			p.edit(left, l.Keys[left])
		}, true, [2]bool{true, false}},
		"a conflict that waits": {false, func(p *pairs, l *pipeline.Link) {
			p.commit(pipeline.Commit{Conflicts: []pipeline.Conflict{{ID: "c", Link: l.ID, Field: "sku"}}})
		}, false, [2]bool{}},
		"a conflict that was settled": {false, func(p *pairs, l *pipeline.Link) {
			p.commit(pipeline.Commit{Conflicts: []pipeline.Conflict{{ID: "c", Link: l.ID, Field: "sku", Resolution: &pipeline.Resolution{Verdict: pipeline.TakeLeft}}}})
		}, true, [2]bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPairs(t)
			l := p.linked("A")
			p.linked("B") // another one, of no concern
			tc.set(p, l)
			it := p.detect(tc.full)[l.Keys[left]]
			if (it != nil) != tc.seen {
				t.Fatalf("there is an item: %v, want %v", it != nil, tc.seen)
			}
			if it != nil && it.Hinted != tc.hinted {
				t.Errorf("hinted %v, want %v", it.Hinted, tc.hinted)
			}
		})
	}
}

// edit changes a field that is not mapped: only the stamp tells.
func (p *pairs) edit(s pipeline.Side, key pipeline.Key) {
	p.t.Helper()
	p.later += time.Minute
	if err := p.systems[s].Edit(key, pipeline.Values{"title": pipeline.Text(fmt.Sprint(p.later))}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pairs) put(l *pipeline.Link) {
	p.t.Helper()
	p.commit(pipeline.Commit{Links: []*pipeline.Link{l}})
}

func (p *pairs) failed(q pipeline.Quarantined) {
	p.t.Helper()
	p.commit(pipeline.Commit{Failed: []pipeline.Quarantined{q}})
}

// Invariant 5: what one complete listing does not hold is absent; what a second one does not hold either, or
// what its side names deleted, is proven gone.
func TestInvariant5Absence(t *testing.T) {
	for name, tc := range map[string]struct {
		full, tombstones, delete bool
		missing                  pipeline.CycleID
		carriedOut               bool
		absent, proven           bool
	}{
		"it is there": {full: true},
		"it is there again after a listing without it":    {full: true, missing: "c1"},
		"the first listing without it":                    {full: true, delete: true, absent: true},
		"the second listing without it":                   {full: true, delete: true, missing: "c1", absent: true, proven: true},
		"an incremental cycle notices nothing":            {delete: true, missing: "c1"},
		"the side names it deleted":                       {delete: true, tombstones: true, absent: true, proven: true},
		"the side names it deleted, in a full pass":       {full: true, delete: true, tombstones: true, absent: true},
		"gone before, and the policy was carried out":     {full: true, delete: true, carriedOut: true, absent: true, proven: true},
		"there, although the policy was carried out once": {full: true, carriedOut: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPairs(t)
			p.systems[right] = memory.New(memory.Config{Name: "right", Tombstones: tc.tombstones})
			l := p.linked("A")
			l.Missing[right], l.Gone[right] = tc.missing, tc.carriedOut
			p.put(l)
			if tc.delete {
				if err := p.systems[right].Delete(l.Keys[right]); err != nil {
					t.Fatal(err)
				}
			}
			it := p.detect(tc.full)[l.Keys[left]]
			if it == nil {
				it = &pipeline.Item{}
			}
			if it.Absent != [2]bool{false, tc.absent} || it.Proven != [2]bool{false, tc.proven} {
				t.Errorf("absent %v, proven %v; want %v, %v on the right", it.Absent, it.Proven, tc.absent, tc.proven)
			}
		})
	}
}

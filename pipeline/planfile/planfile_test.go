package planfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

var key = []byte("the key of a state, thirty-two b")

func sample(t *testing.T) ([]byte, []Item) {
	t.Helper()
	var items []Item
	for i := range 3 {
		before, after := pipeline.Text("old"), pipeline.Text(strings.Repeat("new <b>\u2028 ", 2_000)) // longer than a buffer
		items = append(items, Item{
			Link: pipeline.LinkID(fmt.Sprint("l", i)), Keys: [2]pipeline.Key{"1", "2"}, There: [2]bool{true, true},
			Match:     pipeline.Values{"sku": pipeline.Text("A")},
			Decisions: []pipeline.Decision{{Field: "title", Verdict: pipeline.TakeLeft, Values: [2]pipeline.Value{after, before}, Writes: [2]bool{false, true}, Rule: "r"}},
			Mutations: [2]*pipeline.Mutation{nil, {Kind: pipeline.Update, Fields: pipeline.Values{"name": after}, Before: pipeline.Values{"name": before}}},
		})
	}
	var file bytes.Buffer
	w, err := NewWriter(&file, key, Header{Pipeline: "products", Sources: [2]string{"pm", "erp"}, Created: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Configuration: "abc", Generation: 7})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if err := w.Add(it); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(Trailer{Cursors: [2]string{"c1", "c2"}, Totals: pipeline.PlanTotals{Unchanged: 4}}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), items
}

func TestReadsWhatItWrote(t *testing.T) {
	file, items := sample(t)
	if name, err := Pipeline(bytes.NewReader(file)); err != nil || name != "products" {
		t.Errorf("the pipeline is %q, %v", name, err)
	}
	p, err := Open(bytes.NewReader(file), key)
	if err != nil {
		t.Fatal(err)
	}
	if p.Header.Configuration != "abc" || p.Header.Generation != 7 || p.Trailer.Items != 3 || p.Trailer.Cursors[1] != "c2" || p.Trailer.Totals.Unchanged != 4 {
		t.Errorf("got %+v, %+v", p.Header, p.Trailer)
	}
	for range 2 { // it can be gone through again
		var got []Item
		if err := p.Each(func(it Item) error { got = append(got, it); return nil }); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(items, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("(-written +read):\n%s", d)
		}
	}
}

// Whatever becomes of a file, it is read as it was written or refused.
func TestRefusesEveryOtherFile(t *testing.T) {
	file, _ := sample(t)
	lines := bytes.SplitAfter(file, []byte("\n"))
	for _, tt := range []struct {
		name string
		file []byte
	}{
		{"empty", nil},
		{"no plan", []byte("hello\n")},
		{"another JSON", []byte("{}\n{}\n{}\n")},
		{"without its signature", bytes.Join(lines[:5], nil)},
		{"without a record", bytes.Join([][]byte{lines[0], lines[1], lines[3], lines[4], lines[5]}, nil)},
		{"with a record twice", bytes.Join([][]byte{lines[0], lines[1], lines[1], lines[2], lines[3], lines[4], lines[5]}, nil)},
		{"with something behind", append(bytes.Clone(file), "{}\n"...)},
		{"of a later version", bytes.Replace(file, []byte(`"tandem_plan":1`), []byte(`"tandem_plan":2`), 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Open(bytes.NewReader(tt.file), key); pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodePlanInvalid {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := Open(bytes.NewReader(file), []byte("another")); pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodePlanInvalid {
		t.Errorf("with another key: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		changed := bytes.Clone(file)
		at := rapid.IntRange(0, len(file)-2).Draw(t, "at") // but for the line end, which nothing depends on
		changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if strings.EqualFold(string(changed), string(file)) {
			return // a hexadecimal digit of the signature in the other case
		}
		if _, err := Open(bytes.NewReader(changed), key); err == nil {
			t.Fatalf("byte %d was changed from %q to %q", at, file[at], changed[at])
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("{\"tandem_plan\":1,\"pipeline\":\"p\"}\n{\"end\":{}}\n{\"signature\":\"00\"}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = Pipeline(bytes.NewReader(b))
		if _, err := Open(bytes.NewReader(b), key); err == nil {
			t.Errorf("%q has a signature", b)
		}
	})
}

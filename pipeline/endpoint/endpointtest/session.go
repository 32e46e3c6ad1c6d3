package endpointtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
)

// session is one test: a connection, and the records that the test makes.
type session struct {
	*testing.T
	h      Harness
	f      Fields
	end    pipeline.Endpoint
	about  pipeline.Description
	prefix string

	drafts int
	eans   int64
	second func() pipeline.Endpoint

	mu   sync.Mutex
	made []pipeline.Key
}

func newSession(t *testing.T, h Harness) *session {
	t.Helper()
	s := &session{T: t, h: h, f: h.Fields, prefix: "T" + rand.Text()[:7], eans: mathrand.Int64N(1e9) * 100}
	s.end = s.connect()
	s.second = sync.OnceValue(s.connect)
	var err error
	if s.about, err = s.end.Describe(t.Context()); err != nil {
		t.Fatalf("Describe: %v", err)
	}
	t.Cleanup(s.cleanUp)
	return s
}

func (s *session) connect() pipeline.Endpoint {
	s.Helper()
	end := s.h.Open(s.T)
	s.Cleanup(func() {
		if err := end.Close(); err != nil {
			s.Errorf("Close: %v", err)
		}
	})
	return end
}

// cleanUp deletes what the test made; it is not judged, since real systems may refuse it.
func (s *session) cleanUp() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for keys := range batches(s, s.made) {
		for _, r := range s.end.Remove(ctx, keys, pipeline.Delete) {
			if r.Err != nil {
				s.Logf("a record of this test stays: %v", r.Err)
			}
		}
	}
}

// need skips the test when the system lacks one of the fields.
func (s *session) need(names ...string) {
	s.Helper()
	for _, name := range names {
		if name == "" {
			s.Skip("the harness names no such field of this system")
		}
	}
}

// draft returns a draft of a new product with all fields filled in but the category, changed by the
// given values.
func (s *session) draft(changes ...pipeline.Values) pipeline.Draft {
	s.drafts++
	id := fmt.Sprintf("%s_%d", s.prefix, s.drafts)
	fields := pipeline.Values{
		s.f.Title:       pipeline.Text("Product " + id),
		s.f.SKU:         pipeline.Text(id),
		s.f.EAN:         s.ean(),
		s.f.Description: pipeline.Text("About " + id + ",\nin two lines."),
		s.f.Price:       s.number("24.90"),
		s.f.Cost:        s.number("11.25"),
		s.f.Weight:      s.number("1.5"),
		s.f.Active:      pipeline.Bool(true),
		s.f.Custom:      pipeline.Text("custom " + id),
	}
	for _, values := range changes {
		for name, v := range values {
			fields[name] = v
		}
	}
	delete(fields, "")
	draft := pipeline.Draft{Token: id, Fields: fields, Since: s.h.Now(), Match: []string{s.f.SKU}}
	if s.f.EAN != "" && !fields[s.f.EAN].IsNull() {
		draft.Match = append(draft.Match, s.f.EAN)
	}
	return draft
}

// ean returns a valid EAN-13 that no other record has.
func (s *session) ean() pipeline.Value {
	s.eans++
	digits := fmt.Sprintf("2%011d", s.eans)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return pipeline.Text(digits + fmt.Sprint((10-sum%10)%10))
}

func (s *session) number(text string) pipeline.Value {
	s.Helper()
	v, err := pipeline.ParseNumber(text)
	if err != nil {
		s.Fatal(err)
	}
	return v
}

// create makes the drafts, all of which must succeed, and returns their records in order.
func (s *session) create(drafts ...pipeline.Draft) []pipeline.Record {
	s.Helper()
	var records []pipeline.Record
	for batch := range batches(s, drafts) {
		for i, r := range s.tryCreate(batch...) {
			if r.Err != nil {
				s.Fatalf("Create of %s: %v", batch[i].Fields[s.f.SKU], r.Err)
			}
			if r.Key == "" || r.Record == nil || r.Record.Key != r.Key {
				s.Fatalf("Create: a receipt without error must name its record and hold what was read back, got %+v", r)
			}
			records = append(records, *r.Record)
		}
	}
	return records
}

// tryCreate makes the drafts, at most a batch, and remembers what was made.
func (s *session) tryCreate(drafts ...pipeline.Draft) []pipeline.Receipt {
	s.Helper()
	receipts := s.end.Create(s.Context(), drafts)
	if len(receipts) != len(drafts) {
		s.Fatalf("Create of %d drafts returned %d receipts", len(drafts), len(receipts))
	}
	for _, r := range receipts {
		s.remember(r.Key)
	}
	return receipts
}

// remember notes a record of this test; "" is none.
func (s *session) remember(key pipeline.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key != "" {
		s.made = append(s.made, key)
	}
}

// update writes the fields of one record, which must succeed, and returns what was read back.
func (s *session) update(key pipeline.Key, fields pipeline.Values) pipeline.Record {
	s.Helper()
	receipts := s.end.Update(s.Context(), []pipeline.Patch{{Key: key, Fields: fields}})
	if len(receipts) != 1 || receipts[0].Err != nil {
		s.Fatalf("Update of %v: %+v", fields, receipts)
	}
	if receipts[0].Record == nil {
		s.Fatalf("Update of %v: the receipt does not hold what was read back", fields)
	}
	return *receipts[0].Record
}

// edit changes a record as somebody in the shop does.
func (s *session) edit(key pipeline.Key, fields pipeline.Values) {
	s.Helper()
	if s.h.Edit != nil {
		s.h.Edit(s.T, key, fields)
		return
	}
	for _, r := range s.second().Update(s.Context(), []pipeline.Patch{{Key: key, Fields: fields}}) {
		if r.Err != nil {
			s.Fatalf("edit through another connection: %v", r.Err)
		}
	}
}

// fetch returns the records of the keys with all fields; each must be there once, and no other.
func (s *session) fetch(keys ...pipeline.Key) map[pipeline.Key]pipeline.Record {
	s.Helper()
	got := s.tryFetch(keys...)
	for _, key := range keys {
		if _, ok := got[key]; !ok {
			s.Fatalf("Fetch: the record %s is missing", key)
		}
	}
	return got
}

// tryFetch returns those of the records that exist.
func (s *session) tryFetch(keys ...pipeline.Key) map[pipeline.Key]pipeline.Record {
	s.Helper()
	got := map[pipeline.Key]pipeline.Record{}
	for batch := range batches(s, keys) {
		records, err := s.end.Fetch(s.Context(), batch, s.f.all())
		if err != nil {
			s.Fatalf("Fetch: %v", err)
		}
		for _, r := range records {
			if _, twice := got[r.Key]; twice {
				s.Errorf("Fetch: the record %s came twice", r.Key)
			}
			got[r.Key] = r
		}
	}
	if len(got) > len(keys) {
		s.Errorf("Fetch of %d keys gave %d records", len(keys), len(got))
	}
	return got
}

// holds checks that the record holds what was sent, as the system stores it.
func (s *session) holds(what string, record pipeline.Record, sent pipeline.Values) {
	s.Helper()
	got := pipeline.Values{}
	for name := range sent {
		v, ok := record.Fields[name]
		if !ok {
			s.Errorf("%s: the record %s lacks the field %s", what, record.Key, name)
		}
		got[name] = v
	}
	if diff := cmp.Diff(s.stored(sent), got); diff != "" {
		s.Errorf("%s: the record %s does not hold what was sent (-sent +held):\n%s", what, record.Key, diff)
	}
}

// stored returns what the system makes of values.
func (s *session) stored(sent pipeline.Values) pipeline.Values {
	s.Helper()
	stored := pipeline.Values{}
	for name, v := range sent {
		canonical, err := s.field(name).Canonical(v)
		if err != nil {
			s.Fatalf("the field %s cannot hold %v: %v", name, v, err)
		}
		stored[name] = s.h.Stored(name, canonical)
	}
	return stored
}

func (s *session) field(name string) pipeline.Field {
	s.Helper()
	f, ok := s.about.Schema.Lookup(name)
	if !ok {
		s.Fatalf("the schema lacks the field %q that the harness names", name)
	}
	return f
}

// eventually polls until done, for three seconds of the system's clock at most.
func (s *session) eventually(what string, done func() bool) {
	s.Helper()
	const step, limit = 50 * time.Millisecond, 3 * time.Second
	for waited := time.Duration(0); !done(); waited += step {
		if waited >= limit {
			s.Fatalf("after %v still not so: %s", limit, what)
		}
		s.h.Wait(step)
	}
}

// batches cuts what is passed to the endpoint into what one call takes.
func batches[T any](s *session, all []T) iter.Seq[[]T] {
	return slices.Chunk(all, max(1, s.about.BatchSize))
}

func keysOf(records []pipeline.Record) []pipeline.Key {
	keys := make([]pipeline.Key, len(records))
	for i, r := range records {
		keys[i] = r.Key
	}
	return keys
}

// long returns a text of n letters in words.
func long(n int) string { return strings.Repeat("lorem ipsum ", n/12+1)[:n-1] + "." }

package productsmanager_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
)

// Whatever goes wrong with a request, the methods tell it with code and class, and succeed once it is over.
func TestTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		fault pmsim.Fault
		code  pipeline.Code
		class pipeline.Class
	}{
		"hangs":              {pmsim.Fault{Kind: pmsim.FaultHang}, pipeline.CodeConnectionTimeout, pipeline.Transient},
		"resets":             {pmsim.Fault{Kind: pmsim.FaultResetBefore}, pipeline.CodeConnectionLost, pipeline.Transient},
		"ends in the middle": {pmsim.Fault{Kind: pmsim.FaultCut}, pipeline.CodeConnectionLost, pipeline.Transient},
		"half of the JSON":   {pmsim.Fault{Kind: pmsim.FaultTruncated}, pipeline.CodeBadAnswer, pipeline.Transient},
		"oversized":          {pmsim.Fault{Kind: pmsim.FaultOversized, Size: 65 << 20}, pipeline.CodeAnswerTooLarge, pipeline.Permanent},
		"a proxy's page":     {pmsim.Fault{Kind: pmsim.FaultHTML}, pipeline.CodeServerError, pipeline.Transient},
		"a page, 200":        {pmsim.Fault{Kind: pmsim.FaultHTML, Status: 200}, pipeline.CodeBadAnswer, pipeline.Transient},
		"a page, 404":        {pmsim.Fault{Kind: pmsim.FaultHTML, Status: 404}, pipeline.CodeBadAnswer, pipeline.Transient},
		"fails":              {pmsim.Fault{Kind: pmsim.FaultStatus, Status: 500}, pipeline.CodeServerError, pipeline.Transient},
		"is down":            {pmsim.Fault{Kind: pmsim.FaultStatus, Status: 503}, pipeline.CodeServerError, pipeline.Transient},
		"refuses the key":    {pmsim.Fault{Kind: pmsim.FaultStatus, Status: 401}, pipeline.CodeAccessDenied, pipeline.Auth},
		"asks to slow down":  {pmsim.Fault{Kind: pmsim.FaultStatus, Status: 429, Delay: 7 * time.Second}, pipeline.CodeRateLimited, pipeline.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, pmsim.Config{})
			key := pipeline.Key(s.fill(t, 1)[0])
			end := s.open(t, func(set *productsmanager.Settings) {
				if c.fault.Kind == pmsim.FaultHang {
					set.Timeout = 2 * time.Second
				}
			})
			c.fault.Times = pmsim.Always
			for what, call := range map[string]func() error{
				"Describe": func() error { _, err := end.Describe(t.Context()); return err },
				"List": func() error {
					_, err := end.List(t.Context(), []string{"title"}, func([]pipeline.Change) error { return nil })
					return err
				},
				"Fetch": func() error { _, err := end.Fetch(t.Context(), []pipeline.Key{key}, []string{"title"}); return err },
				"Update": func() error {
					return end.Update(t.Context(), []pipeline.Patch{{Key: key, Fields: pipeline.Values{"title": pipeline.Text("New")}}})[0].Err
				},
			} {
				s.Inject(c.fault)
				e := pipeline.AsError(call())
				if e == nil || (e.Code != c.code || e.Class != c.class) && !(what == "Update" && e.MaybeDone) {
					t.Errorf("%s: got %+v, want %s, %v", what, e, c.code, c.class)
				}
				if e != nil && (pipeline.RemedyOf(e) == "" || e.Message == "" || strings.Contains(e.Error(), pmsim.DefaultAPIKey)) {
					t.Errorf("%s: message %q, remedy %q", what, e, pipeline.RemedyOf(e))
				}
				s.ClearFaults()
				s.clock.advance(time.Minute)
				if err := call(); err != nil {
					t.Errorf("%s afterwards: %v", what, err)
				}
			}
		})
	}
}

// PM refuses what comes too fast, in three ways; the engine is told how long to wait. (With headers, the
// client keeps within the limit by itself: see its own tests.)
func TestRateLimits(t *testing.T) {
	for _, body := range []pmsim.Body429{pmsim.Body429Seconds, pmsim.Body429Sentence, pmsim.Body429Detail} {
		t.Run(fmt.Sprint(body), func(t *testing.T) {
			s := newShop(t, pmsim.Config{Limits: pmsim.Limits{Write: 20, Body: body, NoHeaders: true}})
			end := s.open(t, nil)
			var drafts []pipeline.Draft
			for i := range 30 {
				drafts = append(drafts, s.draft(i))
			}
			for made, cycle := 0, 0; made < 30; cycle++ {
				if cycle > 5 {
					t.Fatalf("after %d rounds %d of 30 are made", cycle, made)
				}
				var pause time.Duration
				made = 0
				for _, r := range end.Create(t.Context(), drafts) {
					e := pipeline.AsError(r.Err)
					switch {
					case e == nil:
						made++
					case e.Class != pipeline.RateLimited || e.MaybeDone || e.RetryAfter <= 0 || e.RetryAfter > time.Minute:
						t.Fatalf("got %+v", e)
					default:
						pause = max(pause, e.RetryAfter)
					}
				}
				s.clock.advance(pause)
			}
			if s.Len() != 30 {
				t.Errorf("thirty drafts made %d products", s.Len())
			}
		})
	}
}

// PM answers reads from caches for a while. What Tandem wrote is not taken back by what they say.
func TestStaleReads(t *testing.T) {
	s := newShop(t, pmsim.Config{StaleReads: 20 * time.Second})
	ids := s.fill(t, 3)
	s.clock.advance(time.Minute)
	end := s.open(t, nil)
	cursor := s.clock.now().Add(-time.Hour).UTC().Format(time.RFC3339)
	updated, deleted := pipeline.Key(ids[0]), pipeline.Key(ids[1])
	patch := pipeline.Values{"title": pipeline.Text("New")}
	if r := end.Update(t.Context(), []pipeline.Patch{{Key: updated, Fields: patch}})[0]; r.Err != nil || r.Record.Fields["title"].AsText() != "New" {
		t.Fatalf("%+v", r)
	}
	if r := end.Remove(t.Context(), []pipeline.Key{deleted}, pipeline.Delete)[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	created := create(t, end, s.draft(1)).Key
	look := func(when string, present []pipeline.Key) {
		t.Helper()
		for what, got := range map[string]read{"List": list(t, end, "title"), "Changes": changes(t, end, cursor, "title")} {
			if got.records[updated].Fields["title"].AsText() != "New" {
				t.Errorf("%s, %s gives the title %v", when, what, got.records[updated].Fields["title"])
			}
			if _, there := got.records[deleted]; there {
				t.Errorf("%s, %s brings the deleted product back", when, what)
			}
		}
		records, err := end.Fetch(t.Context(), []pipeline.Key{updated, deleted}, []string{"title", "sku"})
		if err != nil || len(records) != 1 || records[0].Fields["title"].AsText() != "New" || records[0].Fields["sku"].AsText() != "S-0" {
			t.Errorf("%s, Fetch gives %+v, %v", when, records, err)
		}
		for _, key := range present {
			if r, err := end.Fetch(t.Context(), []pipeline.Key{key}, []string{"title"}); err != nil || len(r) != 1 {
				t.Errorf("%s, %s is not there: %v", when, key, err)
			}
		}
	}
	look("while caches are stale", nil)
	s.clock.advance(30 * time.Second)
	look("when they are not", []pipeline.Key{created})
	if _, err := s.Edit(ids[0], catalogue.Fields{"title": "Somebody's"}); err != nil {
		t.Fatal(err)
	}
	s.clock.advance(30 * time.Second)
	if got := list(t, end, "title").records[updated].Fields["title"].AsText(); got != "Somebody's" {
		t.Errorf("somebody's later edit is hidden: %q", got)
	}
}

// A patch that must know the record is not built upon what a stale cache says.
func TestMergeOnStaleReads(t *testing.T) {
	s := newShop(t, pmsim.Config{StaleReads: 20 * time.Second})
	id := s.fill(t, 1)[0]
	s.clock.advance(time.Minute)
	end := s.open(t, nil)
	for _, name := range []string{"color", "size", "material"} {
		r := end.Update(t.Context(), []pipeline.Patch{{Key: pipeline.Key(id), Fields: pipeline.Values{"attributes." + name: pipeline.Text(name)}}})[0]
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		s.clock.advance(2 * time.Second)
	}
	p, _ := s.Get(id)
	if diff := cmp.Diff(map[string]any{"color": "color", "size": "size", "material": "material"}, p.Fields["attributes"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A token that dies in the middle of a run is renewed without anybody noticing.
func TestTokenDiesInTheMiddle(t *testing.T) {
	s := newShop(t, pmsim.Config{Users: []pmsim.User{{Email: "sync@example.com", Password: "right"}}})
	s.fill(t, 350)
	s.clock.advance(time.Hour)
	end := s.open(t, func(set *productsmanager.Settings) {
		set.APIKey, set.Email, set.Password = pipeline.Secret{}, "sync@example.com", pipeline.NewSecret("right")
	})
	n := 0
	_, err := end.List(t.Context(), []string{"title"}, func(batch []pipeline.Change) error {
		if n += len(batch); n == 100 {
			s.RevokeTokens()
		}
		return nil
	})
	if err != nil || n != 350 {
		t.Errorf("%d products, %v", n, err)
	}
	if got := s.Counts().Requests["POST /auth/login"]; got != 2 {
		t.Errorf("%d logins, want 2", got)
	}
}

func TestWrongPasswordIsTriedOnce(t *testing.T) {
	s := newShop(t, pmsim.Config{Users: []pmsim.User{{Email: "sync@example.com", Password: "right"}}})
	end := s.open(t, func(set *productsmanager.Settings) {
		set.APIKey, set.Email, set.Password = pipeline.Secret{}, "sync@example.com", pipeline.NewSecret("wrong")
	})
	for range 5 {
		_, err := end.Describe(t.Context())
		if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeAccessDenied || e.Class != pipeline.Auth {
			t.Fatalf("got %v", err)
		}
		s.clock.advance(time.Hour)
	}
	if n := s.FailedLogins("sync@example.com"); n != 1 {
		t.Errorf("%d failed logins, want 1: five lock the account", n)
	}
}

// A field that no value can be made of fails its own record later, and nothing else now.
func TestOneOddRecordHarmsNoOther(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	ids := s.fill(t, 3)
	if _, err := s.Edit(ids[1], catalogue.Fields{"custom": map[string]any{"x": []any{1, "a", nil}}}); err != nil {
		t.Fatal(err)
	}
	end := s.open(t, nil)
	records, err := end.Fetch(t.Context(), []pipeline.Key{pipeline.Key(ids[0]), pipeline.Key(ids[1]), pipeline.Key(ids[2])}, []string{"title", "custom", "custom.x[1]"})
	if err != nil || len(records) != 3 {
		t.Fatalf("%v, %v", records, err)
	}
	for _, r := range records {
		if got := r.Fields["custom.x[1]"].AsText(); (got == "a") != (string(r.Key) == ids[1]) {
			t.Errorf("%s: %q", r.Key, got)
		}
	}
	if _, err := end.Fetch(t.Context(), []pipeline.Key{pipeline.Key(ids[0])}, []string{"a..b"}); pipeline.AsError(err).Code != pipeline.CodeFieldNotFound {
		t.Errorf("a path that is none: %v", err)
	}
	if _, err := end.Find(t.Context(), "id", []pipeline.Value{pipeline.Text(ids[2]), pipeline.Text("no such")}, []string{"title"}); err != nil {
		t.Errorf("Find by id: %v", err)
	}
}

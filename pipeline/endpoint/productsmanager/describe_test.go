package productsmanager_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

func describe(t *testing.T, end pipeline.Endpoint) pipeline.Description {
	t.Helper()
	d, err := end.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDescribe(t *testing.T) {
	s := newShop(t, pmsim.Config{OdooSync: true})
	s.fill(t, 7)
	end := s.open(t, func(set *productsmanager.Settings) { set.Categories = &productsmanager.Categories{Separator: " > "} })
	d := describe(t, end)
	if d.Product != "Products Manager" || d.Version != "4.9.0" || d.User != "API key (test)" || d.Records != 7 || d.BatchSize < 1 {
		t.Errorf("got %+v", d)
	}
	if off := d.Time.Sub(s.clock.now()).Abs(); off > time.Second {
		t.Errorf("the server's clock is off by %v", off)
	}
	if got := d.Schema.Fields["category"].Separator; got != " > " {
		t.Errorf("the separator is %q", got)
	}
}

// The answer is remembered for some minutes, and pipelines that start together ask once.
func TestDescribeIsRemembered(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, nil)
	for _, c := range []struct {
		later time.Duration
		lists int
	}{{0, 1}, {9 * time.Minute, 0}, {2 * time.Minute, 1}} {
		s.clock.advance(c.later)
		var group errgroup.Group
		for range 5 {
			group.Go(func() error { _, err := end.Describe(t.Context()); return err })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if got := s.requests()["list"]; got != c.lists {
			t.Errorf("%v later, %d lists, want %d", c.later, got, c.lists)
		}
	}
	s.fill(t, 3)
	list(t, end, "title")
	if got := describe(t, end).Records; got != 3 {
		t.Errorf("after a listing of 3 products, Records is %d", got)
	}
}

// What is not permitted beside the products is no reason to fail.
func TestDescribeWithoutExtras(t *testing.T) {
	s := newShop(t, pmsim.Config{OdooSync: true})
	s.Inject(pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusForbidden, Path: "/odoo/status", Times: pmsim.Always})
	s.Inject(pmsim.Fault{Kind: pmsim.FaultHTML, Status: http.StatusNotFound, Path: "/health", Times: pmsim.Always})
	d := describe(t, s.open(t, nil))
	if d.Version != "unknown" {
		t.Errorf("got %+v", d)
	}
}

// The identity tells hosts and accounts apart, and not the credentials of one account.
func TestIdentity(t *testing.T) {
	s := newShop(t, pmsim.Config{
		APIKeys: []pmsim.APIKey{{Key: "one"}, {Key: "two"}}, Users: []pmsim.User{{Email: "sync@example.com", Password: "right"}},
	})
	s.Tenant("shop-2")
	identity := func(change func(*productsmanager.Settings)) string {
		return describe(t, s.open(t, func(set *productsmanager.Settings) {
			set.APIKey = pipeline.NewSecret("one")
			change(set)
		})).Identity
	}
	first := identity(func(*productsmanager.Settings) {})
	got := map[string]bool{
		"another key":    identity(func(set *productsmanager.Settings) { set.APIKey = pipeline.NewSecret("two") }) == first,
		"a slash":        identity(func(set *productsmanager.Settings) { set.URL += "/" }) == first,
		"another tenant": identity(func(set *productsmanager.Settings) { set.Tenant = "shop-2" }) == first,
		"another host":   identity(func(set *productsmanager.Settings) { set.URL = s.between(t, func() {}) }) == first,
		"a login, not a key": identity(func(set *productsmanager.Settings) {
			set.APIKey, set.Email, set.Password = pipeline.Secret{}, "sync@example.com", pipeline.NewSecret("right")
		}) == first,
	}
	want := map[string]bool{"another key": true, "a slash": true, "another tenant": false, "another host": false, "a login, not a key": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("is the same system (-want +got)\n%s", diff)
	}
}

package odoo_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/endpointtest"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// serve starts a stand-in and returns the settings that lead to it.
func serve(t testing.TB, c odoosim.Config) (*odoosim.Server, *odoo.Settings) {
	t.Helper()
	server, err := odoosim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	address, err := server.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	s := odoo.Kind().Settings().(*odoo.Settings)
	s.URL, s.Database, s.Login = address, server.Database(), odoosim.BotLogin
	s.APIKey = pipeline.NewSecret(odoosim.BotKey)
	return server, s
}

// clock is a clock that the test moves, for the server and for this process.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// shop is an endpoint and the stand-in that it leads to, on a clock of their own.
type shop struct {
	*testing.T
	*clock
	server *odoosim.Server
	end    pipeline.Endpoint

	hook      func()
	operation string                   // that the hook waits for
	each      func()                   // told of every request
	slow      map[string]time.Duration // what the requests of an operation take
}

// after runs f once, when the next request of that operation has ended.
func (s *shop) after(operation string, f func()) { s.operation, s.hook = operation, f }

func (s *shop) observe(operation string, _ time.Duration, _ error) {
	if s.each != nil {
		s.each()
	}
	s.pass(s.slow[operation])
	if hook := s.hook; hook != nil && operation == s.operation {
		s.hook = nil
		hook()
	}
}

func newShop(t *testing.T, version int, change ...func(*odoosim.Config, *odoo.Settings)) *shop {
	t.Helper()
	s := &shop{T: t, clock: newClock()}
	c := odoosim.Config{Version: version, Now: s.Now}
	settings := odoo.Kind().Settings().(*odoo.Settings)
	settings.Login, settings.APIKey = odoosim.BotLogin, pipeline.NewSecret(odoosim.BotKey)
	for _, f := range change {
		f(&c, settings)
	}
	var address *odoo.Settings
	s.server, address = serve(t, c)
	settings.URL = address.URL
	if settings.Database == "" {
		settings.Database = address.Database
	}
	s.end = open(t, settings, s.observe, s.Now)
	t.Cleanup(func() { _ = s.end.Close() })
	return s
}

// both runs a test against the stand-ins of both measured versions.
func both(t *testing.T, test func(*shop), change ...func(*odoosim.Config, *odoo.Settings)) {
	t.Helper()
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprint(version), func(t *testing.T) { test(newShop(t, version, change...)) })
	}
}

// as is somebody who works in the shop.
func (s *shop) as() *odoosim.Session { return s.server.As(odoosim.ShopLogin) }

// make creates products, which must succeed, and returns their keys.
func (s *shop) make(drafts ...pipeline.Draft) []pipeline.Key {
	s.Helper()
	var keys []pipeline.Key
	for some := range slices.Chunk(drafts, 500) {
		for _, r := range s.end.Create(s.Context(), some) {
			if r.Err != nil {
				s.Fatalf("Create: %v", r.Err)
			}
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// list returns the cursor of a full pass.
func (s *shop) list() string {
	s.Helper()
	next, err := s.end.List(s.Context(), mapped, func([]pipeline.Change) error { return nil })
	if err != nil {
		s.Fatalf("List: %v", err)
	}
	return next
}

// changes returns the changes since a cursor by key, and the next cursor.
func (s *shop) changes(from string) (map[pipeline.Key]pipeline.Change, string) {
	s.Helper()
	got := map[pipeline.Key]pipeline.Change{}
	next, err := s.end.Changes(s.Context(), from, mapped, func(batch []pipeline.Change) error {
		for _, c := range batch {
			got[c.Key] = c
		}
		return nil
	})
	if err != nil {
		s.Fatalf("Changes: %v", err)
	}
	return got, next
}

// fetch returns records by key.
func (s *shop) fetch(keys ...pipeline.Key) map[pipeline.Key]pipeline.Record {
	s.Helper()
	records, err := s.end.Fetch(s.Context(), keys, mapped)
	if err != nil {
		s.Fatalf("Fetch: %v", err)
	}
	got := map[pipeline.Key]pipeline.Record{}
	for _, r := range records {
		got[r.Key] = r
	}
	return got
}

var mapped = []string{"name", "default_code", "barcode", "list_price", "standard_price", "weight", "categ_id", "active", "description_sale"}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func idOf(t testing.TB, key pipeline.Key) int64 {
	t.Helper()
	id, err := strconv.ParseInt(string(key), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestStandInConforms(t *testing.T) {
	for _, tt := range []struct {
		version  int
		protocol string
		linked   bool // variants are records of their own, which changes nothing for other products
	}{
		{14, "", false},
		{15, "", false},
		{16, "", false},
		{17, "", false},
		{18, "", false},
		{19, rpc.JSON2, false},
		{19, rpc.XMLRPC, false},
		{16, "", true},
		{19, "", true},
	} {
		t.Run(fmt.Sprint(tt.version, tt.protocol, tt.linked), func(t *testing.T) {
			t.Parallel()
			version := tt.version
			c := newClock()
			server, s := serve(t, odoosim.Config{Version: version, Now: c.Now, ExtraFields: []odoosim.Field{{Name: "x_custom", Type: "char"}}})
			s.Stock = &odoo.Stock{Warehouse: "WH"}
			s.Protocol = cmp.Or(tt.protocol, s.Protocol)
			f := fields
			f.Custom, f.Stock, f.Image = "x_custom", "qty_available", "image_1920"
			var family *endpointtest.Family
			if tt.linked {
				family = &endpointtest.Family{
					Parent: "product_tmpl_id", Attributes: "product_template_attribute_value_ids", TakesAlong: true,
					Shared: []string{"name", "description_sale", "categ_id", "x_custom", "image_1920"},
					Own:    []string{"default_code", "barcode", "standard_price", "weight", "qty_available", "product_template_attribute_value_ids"},
				}
			}
			endpointtest.Run(t, endpointtest.Harness{
				Family: family,
				Open: func(t *testing.T) pipeline.Endpoint {
					if tt.linked {
						return linking(t, s, c.Now)
					}
					return open(t, s, nil, c.Now)
				},
				Fields: f, UniqueEAN: true, FindsRepeats: true, Now: c.Now, Wait: c.pass,
				MoveStock: func(t *testing.T, key pipeline.Key, n int64) {
					id := idOf(t, key)
					if err := server.As(odoosim.ShopLogin).Sell("WH", id, server.Stock(id)-float64(n)); err != nil {
						t.Fatal(err)
					}
					if err := server.Tidy(); err != nil {
						t.Fatal(err)
					}
				},
				Unstorable: func(t *testing.T) pipeline.Key {
					id, err := server.As(odoosim.ShopLogin).Create("product.template", odoosim.Values{"name": "Service", "type": "service"})
					if err != nil {
						t.Fatal(err)
					}
					return pipeline.Key(fmt.Sprint(id))
				},
			})
		})
	}
}

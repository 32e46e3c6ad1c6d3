package pmsim

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestKeptInAFolder(t *testing.T) {
	dir := t.TempDir()
	s, c := start(t, Config{Dir: dir})
	id, _ := c.do("POST", "/products", map[string]any{"name": "a", "price": "1.50"}, 201).at("id").(string)
	if _, err := s.Tenant("north/pole").Create(Fields{"title": "snow"}); err != nil {
		t.Fatal(err)
	}
	again, c := start(t, Config{Dir: dir})
	c.do("GET", "/products/"+id, nil, 200)
	if diff := cmp.Diff(s.Products(), again.Products()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	c.head.Set("X-Tenant-ID", "north/pole")
	if got := c.do("GET", "/products", nil, 200).at("items", 0, "name"); got != "snow" {
		t.Errorf("account north/pole has %v", got)
	}
}

func TestDamagedDataIsTold(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "products.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := New(Config{Dir: dir})
	if _, err := s.Start(); err == nil {
		t.Error("Start says nothing")
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, BasePath+"/products", nil))
	if rec.Code != http.StatusInternalServerError {
		t.Errorf("HTTP %d", rec.Code)
	}
	if _, err := s.Create(Fields{"title": "a"}); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file); err != nil || !bytes.Equal(b, []byte("{")) {
		t.Errorf("the damaged file holds %q now, %v", b, err)
	}
}

func TestStaleReads(t *testing.T) {
	clk := newClock()
	_, c := start(t, Config{Now: clk.Now, StaleReads: time.Minute})
	id, _ := c.do("POST", "/products", map[string]any{"name": "a"}, 201).at("id").(string)
	c.do("GET", "/products/"+id, nil, 404)
	clk.advance(time.Minute)
	if got := c.do("PUT", "/products/"+id, map[string]any{"name": "b"}, 200).at("name"); got != "b" {
		t.Errorf("the write itself answers %v", got)
	}
	for _, want := range []string{"a", "b"} {
		one, listed := c.do("GET", "/products/"+id, nil, 200).at("name"), c.do("GET", "/products", nil, 200).at("items", 0, "name")
		if one != want || listed != want {
			t.Errorf("%s: read %v, listed %v, want %s", clk.now.Format("15:04"), one, listed, want)
		}
		clk.advance(time.Minute)
	}
}

func TestStartTwice(t *testing.T) {
	s, _ := start(t, Config{})
	if _, err := s.Start(); err == nil {
		t.Error("a second Start says nothing")
	}
	if err := New(Config{}).Close(); err != nil {
		t.Errorf("closing what never started: %v", err)
	}
}

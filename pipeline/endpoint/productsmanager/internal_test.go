package productsmanager

import (
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// The shape of this answer is not documented: any of the usual words for "on" counts, none else.
func TestOdooSyncOn(t *testing.T) {
	for text, want := range map[string]bool{
		`{"is_active":true}`: true, `{"status":"success","data":{"enabled":true}}`: true, `{"status":"Running"}`: true,
		`{"auto_sync_enabled":true,"connected":false}`: true,
		`{"is_active":false,"connected":true}`:         false, `{"status":"success","data":{}}`: false, `[]`: false, `{"status":"error"}`: false, ``: false,
	} {
		raw, err := wire.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := odooSyncOn(raw); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
}

// An id is opaque, and cannot climb out of the products.
func TestPath(t *testing.T) {
	for key, want := range map[string]string{
		"a-1": "/products/a-1", "a/b": "/products/a%2Fb", "..": "/products/%2E%2E", ".": "/products/%2E", "a b?c#d": "/products/a%20b%3Fc%23d",
	} {
		if got := path("/products/", key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

func TestBounded(t *testing.T) {
	b := bounded[int, string]{most: 2, held: map[int]string{}}
	for i, v := range []string{"a", "b", "c"} {
		b.put(i, v)
	}
	b.put(2, "c again")
	if len(b.held) != 2 || b.held[1] != "b" || b.held[2] != "c again" || len(b.order) != 2 {
		t.Errorf("got %v in the order %v", b.held, b.order)
	}
}

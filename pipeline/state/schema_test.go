package state

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestTextKeysKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawBytes(t, "a"), drawBytes(t, "b")
		ka, kb := key("p").text(a), key("p").text(b)
		if strings.Compare(a, b) != bytes.Compare(ka, kb) {
			t.Fatalf("%q and %q are in another order than %q and %q", a, b, ka, kb)
		}
		if a != b && (bytes.HasPrefix(ka, kb) || bytes.HasPrefix(kb, ka)) {
			t.Fatalf("one of %q and %q runs into the other", ka, kb)
		}
		got, rest, err := cutText(ka.text(b)[1:])
		if err != nil || got != a {
			t.Fatalf("%q became %q, %v", a, got, err)
		}
		if got, err = lastText(rest); err != nil || got != b {
			t.Fatalf("%q became %q, %v", b, got, err)
		}
	})
}

// drawBytes draws texts that are alike and hold the bytes that text treats.
func drawBytes(t *rapid.T, label string) string {
	return string(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a', 0xff}), 0, 4).Draw(t, label))
}

func TestTimeKeysKeepTheirOrder(t *testing.T) {
	ordered := []time.Time{{}, time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), noon(), noon().Add(time.Microsecond), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	for i := 1; i < len(ordered); i++ {
		if bytes.Compare(key("p").time(ordered[i-1]), key("p").time(ordered[i])) >= 0 {
			t.Errorf("%v is not before %v", ordered[i-1], ordered[i])
		}
	}
}

func TestReportKeysKeepTheirOrder(t *testing.T) {
	ordered := []pipeline.CycleID{"by hand", "20261124T120000Z-0001", "20261124T120000Z-0002", "20261124T110000Z-9999", "20261124T110000Z-10000"}
	for i := 1; i < len(ordered); i++ {
		if bytes.Compare(key("p").reportKey(ordered[i-1]), key("p").reportKey(ordered[i])) >= 0 {
			t.Errorf("%v is not before %v", ordered[i-1], ordered[i])
		}
	}
}

func TestBadKeys(t *testing.T) {
	for _, k := range []string{"", "a", "a\x00", "a\x00\x02", "a\x00\xff"} {
		if s, _, err := cutText([]byte(k)); err == nil {
			t.Errorf("%q was read as %q", k, s)
		}
	}
	if s, err := lastText([]byte("a\x00\x01b")); err == nil {
		t.Errorf("read %q and left the rest", s)
	}
	if n, err := lastNumber([]byte("short")); err == nil {
		t.Errorf("read %d", n)
	}
}

package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
)

const public = "https://media.example.com/shop/"

// testStore holds a store against the contract.
func testStore(t *testing.T, store media.Store) {
	t.Run("put, head, get, delete", func(t *testing.T) { roundTrip(t, store) })
	t.Run("a repeated put is a look", func(t *testing.T) { repeats(t, store) })
	t.Run("what is not there", func(t *testing.T) { missing(t, store) })
	t.Run("an empty image", func(t *testing.T) { refusesNothing(t, store) })
	t.Run("keys that name no object", func(t *testing.T) { refusesKeys(t, store) })
	t.Run("many at once", func(t *testing.T) { manyAtOnce(t, store) })
	t.Run("stopped", func(t *testing.T) { stops(t, store) })
	t.Run("probe", func(t *testing.T) {
		for _, c := range media.Probe(t.Context(), store, "images/tandem-probe-1.png", []byte("probe"), servedWell) {
			if c.Grade != pipeline.GradePassed {
				t.Errorf("%+v", c)
			}
		}
		if _, err := store.Head(t.Context(), "images/tandem-probe-1.png"); !errors.Is(err, media.ErrNotFound) {
			t.Errorf("the probe object is still there: %v", err)
		}
	})
}

func servedWell(context.Context, string, []byte) error { return nil }

// failed returns the first test of a probe that is not well.
func failed(t *testing.T, store media.Store) pipeline.Check {
	t.Helper()
	for _, c := range media.Probe(t.Context(), store, "images/probe.png", []byte("probe"), servedWell) {
		if c.Grade == pipeline.GradeFailed {
			return c
		}
	}
	return pipeline.Check{}
}

func roundTrip(t *testing.T, store media.Store) {
	for key, size := range map[string]int{"images/MH01-0123456789abcdef.jpg": 300_000, "flat.png": 1, "a/b/c d/é-ü.webp": 70} {
		data := bytes.Repeat([]byte{0xff, 'x', 0}, size)[:size]
		address, err := store.Put(t.Context(), key, "image/jpeg", data)
		if err != nil {
			t.Fatal(err)
		}
		if address != store.Address(key) || !strings.HasPrefix(address, public) {
			t.Errorf("address %q, and %q", address, store.Address(key))
		}
		got, err := store.Get(t.Context(), key)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v; want %d", key, len(got), err, size)
		}
		object, err := store.Head(t.Context(), key)
		if err != nil || object.Size != int64(size) {
			t.Errorf("%s: %+v, %v", key, object, err)
		}
		for range 2 { // deleting what is not there is fine
			if err := store.Delete(t.Context(), key); err != nil {
				t.Error(err)
			}
		}
		if _, err := store.Head(t.Context(), key); !errors.Is(err, media.ErrNotFound) {
			t.Errorf("%s is still there: %v", key, err)
		}
	}
	if got, want := store.Address("a b/é.jpg"), public+"a%20b/%C3%A9.jpg"; got != want {
		t.Errorf("address %q, want %q", got, want)
	}
}

func repeats(t *testing.T, store media.Store) {
	const key = "images/again.png"
	for _, content := range []string{"one", "one", "other"} { // the last as if a damaged object were there
		if _, err := store.Put(t.Context(), key, "image/png", []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := store.Get(t.Context(), key)
		if err != nil || string(got) != content {
			t.Errorf("got %q, %v; want %q", got, err, content)
		}
	}
	object, err := store.Head(t.Context(), key)
	if diff := cmp.Diff(media.Object{Size: 5, ContentType: "image/png"}, object); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func refusesNothing(t *testing.T, store media.Store) {
	_, err := store.Put(t.Context(), "empty.jpg", "image/jpeg", nil)
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeImageSync {
		t.Errorf("%v", err)
	}
}

func missing(t *testing.T, store media.Store) {
	_, headErr := store.Head(t.Context(), "images/none.jpg")
	_, getErr := store.Get(t.Context(), "images/none.jpg")
	for _, err := range []error{headErr, getErr} {
		if !errors.Is(err, media.ErrNotFound) || pipeline.AsError(err).Code != pipeline.CodeImageSync || !strings.Contains(err.Error(), "images/none.jpg") {
			t.Errorf("%v", err)
		}
	}
	if err := store.Delete(t.Context(), "images/none.jpg"); err != nil {
		t.Error(err)
	}
}

func refusesKeys(t *testing.T, store media.Store) {
	for _, key := range []string{"", "/etc/passwd", "../x.jpg", "a/../../x.jpg", "a/./b", "a//b", "a/", ".", "..", `a\b`, "a\x00b", "a\nb", "\xff", strings.Repeat("x", 1025), strings.Repeat("x", 256)} {
		_, put := store.Put(t.Context(), key, "image/jpeg", []byte("x"))
		_, head := store.Head(t.Context(), key)
		_, get := store.Get(t.Context(), key)
		for _, err := range []error{put, head, get, store.Delete(t.Context(), key)} {
			if pipeline.ClassOf(err) != pipeline.Permanent || pipeline.AsError(err) == nil || errors.Is(err, media.ErrNotFound) {
				t.Errorf("key %q: %v", key, err)
			}
		}
	}
}

func manyAtOnce(t *testing.T, store media.Store) {
	var group sync.WaitGroup
	for i := range 24 {
		group.Go(func() {
			key := fmt.Sprintf("many/%d.jpg", i%4)
			content := bytes.Repeat([]byte{byte(i % 4)}, 5000)
			if _, err := store.Put(t.Context(), key, "image/jpeg", content); err != nil {
				t.Error(err)
			}
			if got, err := store.Get(t.Context(), key); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s: %d bytes, %v", key, len(got), err)
			}
		})
	}
	group.Wait()
}

func stops(t *testing.T, store media.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, put := store.Put(ctx, "stopped.jpg", "image/jpeg", []byte("x"))
	_, get := store.Get(ctx, "stopped.jpg")
	for _, err := range []error{put, get, store.Delete(ctx, "stopped.jpg")} {
		if pipeline.AsError(err) == nil || pipeline.AsError(err).Code != pipeline.CodeStopped {
			t.Errorf("%v", err)
		}
	}
}

package media_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media"
)

func TestKey(t *testing.T) {
	for sku, want := range map[string]string{
		"MH01-XS-Black":           "MH01-XS-Black",
		"a b/c":                   "a-b-c",
		"../../etc/passwd":        "etc-passwd",
		"..":                      "image",
		"":                        "image",
		"  ":                      "image",
		"été.№5":                  "ete.No5",
		"産品":                      "image",
		"a...b--c-.":              "a.b-c",
		".hidden":                 "hidden",
		"x?y#z%00\x00\n":          "x-y-z-00",
		"under_score":             "under_score",
		"${sku}":                  "sku",
		strings.Repeat("x", 1000): strings.Repeat("x", 64),
	} {
		got, err := media.KeyTemplate(media.DefaultKey).Key(sku, []byte("content"), "jpg")
		if want := "images/" + want + "-ed7002b439e9ac84.jpg"; err != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", sku, got, err, want)
		}
	}
	if got, want := media.Hash([]byte("content")), "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestKeyIsSafeWhateverTheSKU(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sku, content := rapid.String().Draw(t, "sku"), rapid.SliceOf(rapid.Byte()).Draw(t, "content")
		key, err := media.KeyTemplate(media.DefaultKey).Key(sku, content, "png")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(key, "/") != 1 || strings.Contains(key, "..") || strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") != "" {
			t.Fatalf("key %q", key)
		}
	})
}

func TestKeyTemplateErrors(t *testing.T) {
	bad := errors.New("no such variable")
	failing := func(map[string]string) (string, error) { return "", bad }
	if _, err := media.KeyTemplate(failing).Key("x", nil, "jpg"); !errors.Is(err, bad) {
		t.Errorf("%v", err)
	}
	above := func(v map[string]string) (string, error) { return "../" + v[media.VarHash], nil }
	_, err := media.KeyTemplate(above).Key("x", nil, "jpg")
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeImageSync || !strings.Contains(e.Message, "..") {
		t.Errorf("%v", err)
	}
}

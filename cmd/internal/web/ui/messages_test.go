package ui

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sources returns what names texts: the templates and the code of the dashboard, less the catalogues.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"*.go", "templates/*.html", "../pages/*.go", "../pages/templates/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") || f == "english.go" || f == "french.go" {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
		}
	}
	return all.String()
}

func TestEveryTextIsInBothLanguages(t *testing.T) {
	en, fr := english(), french()
	for _, key := range slices.Sorted(maps.Keys(en)) {
		if _, ok := fr[key]; !ok {
			t.Errorf("%s is not in French", key)
		}
	}
	verbs := regexp.MustCompile(`%(\[\d\])?[a-z]`)
	for _, key := range slices.Sorted(maps.Keys(fr)) {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is not in English", key)
		}
		if strings.Count(en[key], "|") != strings.Count(fr[key], "|") {
			t.Errorf("%s has two forms in one language only", key)
		}
		// The order of what is put in may differ; what is put in may not.
		a, b := verbs.FindAllString(en[key], -1), verbs.FindAllString(fr[key], -1)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s takes %v in English and %v in French", key, a, b)
		}
	}
}

func TestEveryTextIsUsedAndThere(t *testing.T) {
	code := sources(t)
	en := english()
	for _, m := range regexp.MustCompile(`\b(?:t|tn) "([^"]+)"`).FindAllStringSubmatch(code, -1) {
		if _, ok := en[m[1]]; !ok {
			t.Errorf("there is no text %s", m[1])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(en)) {
		prefix := key[:max(0, strings.LastIndexByte(key, '.'))]
		if !strings.Contains(code, `"`+key+`"`) && !strings.Contains(code, `"`+prefix+`."`) {
			t.Errorf("nothing names the text %s", key)
		}
	}
}

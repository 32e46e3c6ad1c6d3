package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tandem-sync/tandem/config"
)

// FuzzTests: whatever stands in a file of tests, reading it ends with tests or with diagnostics that can be shown.
func FuzzTests(f *testing.F) {
	seeds, err := filepath.Glob("testdata/tests/*/*.test.hcl")
	if err != nil || len(seeds) == 0 {
		f.Fatal(seeds, err)
	}
	for _, path := range seeds {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("test \"a\" {\n  pm = { (x) = 1, \"a${y}\" = 2, (f(3)) = 4 }\n  base = { for k in [\"pm\"] : k => {} }\n  expect { erp = merge({}, null) }\n}\n"))
	f.Add([]byte("test \"a\" {\n  pm = { images = [{ url = \"x\" }], sku = null, title = toset([\"a\"]) }\n  removed = \"pm\"\n  expect { left_out = false }\n}\n"))
	opts := options(f)
	dir := write(f, map[string]string{"tandem.hcl": testable})
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "fuzz.test.hcl")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, _, problems := config.LoadTests(dir, []string{path}, opts)
		_ = render(t, c, problems)
	})
}

// FuzzLoad: whatever stands in a file, loading ends with a result or with diagnostics that can be shown,
// and what was loaded can be evaluated.
func FuzzLoad(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*/*.hcl")
	if err != nil || len(seeds) == 0 {
		f.Fatal(seeds, err)
	}
	more, err := filepath.Glob("testdata/mistakes/*/*.hcl")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(seeds, more...) {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	opts := options(f)
	opts.Vars = map[string]string{"shop": "x"}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, problems := config.LoadBytes("testdata", map[string][]byte{"sources.hcl": []byte(sources), "fuzz.hcl": text}, opts)
		_ = render(t, c, problems)
		for _, p := range c.Pipelines {
			for _, field := range p.Fields {
				for _, carry := range field.Carry {
					if carry != nil {
						_, _ = carry.Apply(record().Fields["title"], record())
					}
				}
			}
			if p.Filter != nil {
				_, _ = p.Filter.Selects(record())
			}
		}
	})
}

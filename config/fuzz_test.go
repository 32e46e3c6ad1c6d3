package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tandem-sync/tandem/config"
)

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

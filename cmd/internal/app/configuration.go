package app

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
)

// Configuration implements web.Backend. It reads the files anew and takes nothing in.
func (a *App) Configuration(context.Context) (view.Configuration, error) {
	l := a.hold()
	defer a.drop(l)
	v := view.Configuration{Config: a.configView(), Dir: l.config.Dir, Files: filesOf(l.config)}
	if a.load == nil {
		return v, nil
	}
	read, diags := a.load()
	if maps.Equal(read.Raw(), l.config.Raw()) && !diags.HasErrors() && read.Hash == l.config.Hash {
		return v, nil
	}
	v.Pending = &view.Pending{
		Hash: read.Hash, Same: !diags.HasErrors() && read.Hash == l.config.Hash,
		Diff: changed(v.Files, filesOf(read)), Diagnostics: view.DiagnosticsOf(diags, read.Files),
	}
	return v, nil
}

// filesOf returns the files of a configuration by name, with secrets masked.
func filesOf(c *config.Config) []view.ConfigFile {
	mask := regexp.MustCompile(`"\*+"`) // as long as the secret, which is nobody's business
	files := []view.ConfigFile{}
	for name, f := range c.Files {
		files = append(files, view.ConfigFile{Name: filepath.Base(name), Text: string(mask.ReplaceAll(f.Bytes, []byte(`"***"`)))})
	}
	slices.SortFunc(files, func(x, y view.ConfigFile) int { return cmp.Compare(x.Name, y.Name) })
	return files
}

// changed returns a unified diff of all files.
func changed(was, is []view.ConfigFile) string {
	texts := map[string][2][]byte{}
	for i, files := range [][]view.ConfigFile{was, is} {
		for _, f := range files {
			both := texts[f.Name]
			both[i] = []byte(f.Text)
			texts[f.Name] = both
		}
	}
	var all []byte
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		all = append(all, diff.Diff(name+" (live)", texts[name][0], name, texts[name][1])...)
	}
	return string(all)
}

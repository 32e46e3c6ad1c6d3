package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/tandem-sync/tandem/pipeline"
)

// Formatted is one file in its canonical form.
type Formatted struct {
	Name string
	// Text is the canonical form; nil where the file has syntax errors, and is to be left alone.
	Text    []byte
	Changed bool
	// Before and After are the file's text and Text for showing: secrets that stand in them as plain text are
	// masked.
	Before, After []byte
	// Problems are the syntax errors; File is what their snippets are taken from.
	Problems hcl.Diagnostics
	File     *hcl.File
}

// Format brings a file of a configuration, of tests or of variables into the canonical form: the spaces within
// lines, and one line end after the last. Comments, the order of things and their division into lines stay. What
// is canonical is not changed again. kinds say which attributes hold secrets.
func Format(name string, text []byte, kinds []pipeline.SourceKind) Formatted {
	file, problems := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if file == nil {
		file = &hcl.File{}
	}
	secrets := (&loader{opts: Options{Kinds: kinds}}).secretNames()
	out := Formatted{Name: name, Before: masked(text, secrets), Problems: problems}
	out.File = &hcl.File{Body: file.Body, Bytes: out.Before, Nav: file.Nav}
	if problems.HasErrors() {
		return out
	}
	out.Text = canonical(text)
	out.After = masked(out.Text, secrets)
	out.Changed = !bytes.Equal(text, out.Text)
	return out
}

// canonical formats until nothing changes: hclwrite, going through once, leaves a few odd texts in a form that it
// changes again. The bound is for a text that never settles.
func canonical(text []byte) []byte {
	text = bytes.TrimRight(text, " \t\r\n")
	if len(text) > 0 {
		text = append(bytes.Clone(text), '\n')
	}
	for range 8 {
		next := hclwrite.Format(text)
		if bytes.Equal(next, text) {
			break
		}
		text = next
	}
	return text
}

// FormattedFiles returns the files of a directory that have a canonical form: those of the configuration, its
// tests and its variables, without subfolders.
func FormattedFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !strings.HasSuffix(path, ".hcl") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			continue
		}
		files = append(files, path)
	}
	return files, nil
}

package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
)

const (
	varFileSuffix = ".vars.hcl"
	// VarFile is the variable file of a directory that is read without being named.
	VarFile = "tandem" + varFileSuffix
)

// fileValue is the value of a variable in a variable file.
type fileValue struct {
	value    cty.Value
	name, at hcl.Range
}

func (v fileValue) given() givenValue {
	return givenValue{value: v.value, from: at(v.at), at: v.at}
}

// variableFiles reads the values that files give to variables: the one of the directory, then those that were
// named, each over the one before.
func (l *loader) variableFiles() {
	l.fromDir, l.fromFiles = map[string]fileValue{}, map[string]fileValue{}
	ofDir := filepath.Join(l.dir, VarFile)
	switch text, err := readVariables(ofDir); {
	case err == nil:
		l.variableFile(ofDir, text, l.fromDir)
	case !errors.Is(err, fs.ErrNotExist):
		l.fileMissing = true
		l.diags.General("Variable file cannot be read", "A variable file cannot be read: %s.", err)
	}
	for _, path := range l.opts.VarFiles {
		l.reads(path)
		text, err := readVariables(path)
		if err != nil {
			l.fileMissing = true
			l.diags.General("Variable file cannot be read", "The file that -var-file names cannot be read: %s.", err)
			continue
		}
		l.variableFile(path, text, l.fromFiles)
	}
}

func readVariables(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxFile {
		return nil, errors.New(path + " has more than 4 MB")
	}
	return os.ReadFile(path)
}

// variableFile reads `name = value` lines. Values may call functions, as env("NAME"), and refer to nothing.
func (l *loader) variableFile(path string, text []byte, into map[string]fileValue) {
	file, problems := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
	l.diags.Add(problems...)
	if file == nil {
		file = &hcl.File{}
	}
	l.config.Files[path] = &hcl.File{Body: file.Body, Bytes: allMasked(text), Nav: file.Nav}
	body, ok := file.Body.(*hclsyntax.Body)
	if problems.HasErrors() || !ok {
		l.fileMissing = true
		return
	}
	expression.Prepare(body)
	for _, b := range body.Blocks {
		l.diags.Error(b.TypeRange, "Block in a variable file", "A variable file gives values to variables, as `name = value`. Blocks belong into the other files, whose names do not end in %s.", varFileSuffix)
	}
	for name, a := range body.Attributes {
		v, ok := l.constant(a, "value", "A value in a variable file")
		if !ok {
			v = cty.DynamicVal // has been told; the variable has a value all the same
		}
		into[name] = fileValue{value: v, name: a.NameRange, at: a.Expr.Range()}
	}
}

// allMasked is masked for a file all of whose texts may be secrets.
func allMasked(src []byte) []byte {
	out := slices.Clone(src)
	offset := 0
	for line := range bytes.Lines(src) {
		maskLiterals(out[offset:], line)
		offset += len(line)
	}
	return out
}

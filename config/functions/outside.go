package functions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tandem-sync/tandem/config/internal/diag"
)

// mark is the type of Sensitive.
type mark string

// Sensitive marks values that no output may show: the results of env and credential, and whatever is
// made of them.
const Sensitive = mark("sensitive")

// maxFile bounds what file and credential read.
const maxFile = 1 << 20

// Place is where a configuration is loaded.
type Place struct {
	Dir            string // the configuration's directory: file() reads relative to it
	CredentialsDir string // $CREDENTIALS_DIRECTORY, "" where there is none
	Getenv         func(string) (string, bool)
	Secret         func(string) // is told what env and credential return; may be nil
	Reads          func(string) // is told the path of every file that file and table read, or look for; may be nil
}

// Outside returns the functions that read the surroundings of the process.
func Outside(p Place) []Entry {
	return []Entry{
		{
			Name: "env", Usage: "env(name)", Group: Surrounding, Func: textSource("name", p.env, p.secret),
			Does:     "An environment variable, as a secret.",
			Errors:   "It must be set.",
			Examples: []Example{{`env("ODOO_API_KEY")`, Secret}},
		},
		{
			Name: "file", Usage: "file(path)", Group: Surrounding, Func: textSource("path", p.file, nil),
			Does:     "The text of a file. A relative path starts at the configuration's directory.",
			Errors:   "The file must hold at most 1 MB of text in UTF-8.",
			Examples: []Example{{`file("disclaimer.html")`, `"<p>Sold as seen.</p>\n"`}},
		},
		{
			Name: "table", Usage: "table(path, key, value)", Group: Surrounding, Func: p.tableFromFile(),
			Does:     "A map made of a CSV file: from the column `key` to the column `value`, or to whole rows where `value` is left out.",
			Errors:   "The file must be CSV of at most 8 MB in UTF-8, have these columns, and each key once.",
			Examples: []Example{{`lookup(table("colours.csv", "code", "label"), "R")`, `"Rouge"`}, {`table("colours.csv", "code").R.label`, `"Rouge"`}},
		},
		{
			Name: "credential", Usage: "credential(name)", Group: Surrounding, Func: textSource("name", p.credential, p.secret),
			Does:     "A file of systemd's `$CREDENTIALS_DIRECTORY`, as a secret, without the line end at its end.",
			Errors:   "The service must have a credential of that name (`LoadCredential=`).",
			Examples: []Example{{`credential("odoo_api_key")`, Secret}},
		},
	}
}

// Refused says why the functions of Outside may not be called per record.
func Refused() map[string]string {
	const secret = "Results of %s are secrets, and what is worked out per record is written to a system and shown in plans. For a setting that is no secret, use a variable block and set it with TANDEM_VAR_NAME or -var."
	const io = "Expressions that are evaluated per record do no I/O. Call %s in a locals block, and use local.NAME here."
	return map[string]string{
		"env":        fmt.Sprintf(secret, "env"),
		"credential": fmt.Sprintf(secret, "credential"),
		"file":       fmt.Sprintf(io, "file"),
		"table":      fmt.Sprintf(io, "table"),
	}
}

func textSource(parameter string, read func(string) (string, error), secret func(string)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: parameter, Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := read(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			if secret == nil {
				return cty.StringVal(s), nil
			}
			secret(s)
			return cty.StringVal(s).Mark(Sensitive), nil
		},
	})
}

func (p Place) secret(s string) {
	if p.Secret != nil {
		p.Secret(s)
	}
}

func (p Place) env(name string) (string, error) {
	if p.Getenv != nil {
		if s, ok := p.Getenv(name); ok {
			return s, nil
		}
	}
	return "", fmt.Errorf("the environment variable %s is not set; export it, or put it into the EnvironmentFile of the service", name)
}

func (p Place) file(path string) (string, error) { return p.read(path, maxFile) }

// read returns the text of a file, which a relative path names from the configuration's directory.
func (p Place) read(path string, limit int64) (string, error) {
	full := path
	if !filepath.IsAbs(path) {
		full = filepath.Join(p.Dir, path)
	}
	if p.Reads != nil {
		p.Reads(full)
	}
	s, err := readText(full, path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		dir, name := filepath.Split(full)
		return "", fmt.Errorf("there is no file %s in %s; write the path as seen from the configuration's directory.%s", name, filepath.Clean(dir), diag.DidYouMean(name, namesIn(dir)))
	}
	return s, err
}

func (p Place) credential(name string) (string, error) {
	if p.CredentialsDir == "" {
		return "", fmt.Errorf("there is no credential %q, since $CREDENTIALS_DIRECTORY is not set; run Tandem as a systemd service with LoadCredential=%s:PATH, or set the variable to a directory with a file of that name", name, name)
	}
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
		return "", fmt.Errorf("%q is not the name of a credential: it must be a file name without a path", name)
	}
	path := filepath.Join(p.CredentialsDir, name)
	s, err := readText(path, path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no credential %q in $CREDENTIALS_DIRECTORY; add LoadCredential=%s:PATH to the service.%s", name, name, diag.DidYouMean(name, namesIn(p.CredentialsDir)))
	}
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r"), err
}

func namesIn(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// byteOrderMark is what Windows writes before text in UTF-8. It is not part of the text.
const byteOrderMark = "\ufeff"

// readText reads a text file; name is what messages call it.
func readText(path, name string, limit int64) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return "", fmt.Errorf("the path %s is not a file of at most %d MB", name, limit>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	if !utf8.Valid(b) {
		return "", notUTF8(name, b)
	}
	return strings.TrimPrefix(string(b), byteOrderMark), nil
}

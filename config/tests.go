package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// testFileSuffix is how the files of tests end.
const testFileSuffix = ".test.hcl"

// Test is one test of a pipeline: records, and what is to become of them.
type Test struct {
	Name     string
	Range    hcl.Range // its heading
	Pipeline *pipeline.Definition
	// Known are per side the fields as far as they are known offline; further ones may hold anything.
	Known [2]pipeline.Schema
	// Records are the records, by the side's own fields; nil where the test has none. Linked tells that they are a pair,
	// and Base is what they held when they last agreed, as far as the test says it.
	Records, Base [2]pipeline.Values
	Linked        bool
	Modified      [2]time.Time
	Removed       [2]bool // proven to be gone
	Whole         bool    // all mapped fields take part, not only those that the test mentions
	Expect        Expectation
}

// Expectation is what a test expects. What is zero is not looked at.
type Expectation struct {
	Range hcl.Range
	// Writes are per side the fields that are written there, by the side's own names, in the order of the file.
	Writes        [2][]ExpectedField
	Only, Nothing bool
	Actions       [2]ExpectedText // create, update, archive, delete, none
	Conflicts     []ExpectedConflict
	// LeftOut is part of the reason for which the record takes no part; AnyReason for any.
	LeftOut ExpectedText
	Error   *ExpectedError
}

// AnyReason is the LeftOut of a test that does not say why.
const AnyReason = "true"

// ExpectedField is a value that is written; null empties the field.
type ExpectedField struct {
	Name  string
	Value pipeline.Value
	Range hcl.Range
}

// ExpectedText is a word, with its place; zero for none.
type ExpectedText struct {
	Text  string
	Range hcl.Range
}

// ExpectedConflict is a field that both sides changed.
type ExpectedConflict struct {
	Field    string // the mapping's name
	Decision string // a label, DecisionWaits, DecisionHeld, or "" for any
	Range    hcl.Range
}

// What a conflict is decided to beside a side's value.
const (
	DecisionWaits = "waits"
	DecisionHeld  = "held"
)

// ExpectedError is the failure of a record: its code and part of its message, "" for any.
type ExpectedError struct {
	Code    pipeline.Code
	Message string
	Range   hcl.Range
}

// LoadTests reads the configuration of dir as Load does, and the tests of those files, or of all *.test.hcl of dir
// where none are named. Settings of sources and stores may lack what env, credential and variables do not give here: a
// test needs no secret. The tests are in the order of the files and of the text.
//
// The diagnostics hold no warnings of the configuration itself: `tandem validate` tells them.
func LoadTests(dir string, files []string, opts Options) (*Config, []Test, hcl.Diagnostics) {
	raw, problems := readDir(dir)
	if problems.HasErrors() {
		return &Config{Dir: dir}, nil, problems
	}
	tests, problems := readTests(dir, files)
	if problems.HasErrors() {
		return &Config{Dir: dir}, nil, problems
	}
	l := &loader{dir: dir, opts: opts, raw: raw, config: &Config{Dir: dir, raw: raw}, diags: &diag.List{}, offline: true}
	problems = errorsOf(l.load())
	t := testLoader{loader: l, names: map[string]hcl.Range{}, blind: problems.HasErrors()}
	t.diags = &diag.List{}
	for _, f := range tests {
		t.file(f)
	}
	return l.config, t.tests, l.scrubbed(append(problems, t.diags.Sorted()...))
}

func errorsOf(problems hcl.Diagnostics) (failed hcl.Diagnostics) {
	for _, p := range problems {
		if p.Severity == hcl.DiagError {
			failed = append(failed, p)
		}
	}
	return failed
}

// testFile is the text of a file of tests.
type testFile struct {
	name string
	text []byte
}

func readTests(dir string, names []string) (files []testFile, _ hcl.Diagnostics) {
	var d diag.List
	if len(names) == 0 {
		entries, err := os.ReadDir(dir)
		if err != nil {
			d.General("Directory cannot be read", "The directory of the configuration cannot be read: %s.", err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), testFileSuffix) && !strings.HasPrefix(e.Name(), ".") && !e.IsDir() {
				names = append(names, filepath.Join(dir, e.Name()))
			}
		}
	}
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			d.General("No such file", "There is no file %s. Name files of tests, as products.test.hcl, or none for all that stand beside the configuration.", name)
			continue
		case err == nil && info.IsDir():
			d.General("Not a file", "%s is a directory. Name the directory of the configuration with -c: its tests are read where no file is named.", name)
			continue
		case err == nil && info.Size() > maxFile:
			d.General("File too large", "%s has more than 4 MB, which no configuration needs.", name)
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			d.General("File cannot be read", "A file of tests cannot be read: %s.", err)
			continue
		}
		files = append(files, testFile{name, text})
	}
	return files, d.Sorted()
}

func testsShape() block.Shape {
	return block.Shape{Name: "a file of tests", Blocks: []block.Nested{{Type: "test", Labels: []string{"name"}, Many: true}}}
}

// testLoader reads files of tests by a configuration that is loaded.
type testLoader struct {
	*loader
	diags *diag.List
	names map[string]hcl.Range
	blind bool // the configuration has errors: tests are checked as far as possible
	tests []Test
}

func (t *testLoader) decoder() block.Decoder {
	return block.Decoder{Scope: t.testScope(), Diags: t.diags}
}

// testScope is what the values of tests see: locals, variables and functions, and nothing secret.
func (t *testLoader) testScope() *expression.Scope {
	scope := *t.perRow
	scope.PerRecord = false
	return &scope
}

func (t *testLoader) file(f testFile) {
	parsed, problems := hclsyntax.ParseConfig(f.text, f.name, hcl.InitialPos)
	if parsed == nil {
		parsed = &hcl.File{}
	}
	t.config.Files[f.name] = &hcl.File{Body: parsed.Body, Bytes: masked(f.text, t.secretNames()), Nav: parsed.Nav}
	if problems.HasErrors() {
		t.diags.Add(problems...)
		return
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		return
	}
	expression.Prepare(body)
	for _, b := range block.Read(body, testsShape(), t.diags).Blocks["test"] {
		if t.unique(t.names, b.Labels[0], b.DefRange()) {
			t.test(b)
		}
	}
}

func (t *testLoader) unique(seen map[string]hcl.Range, name string, here hcl.Range) bool {
	first, ok := seen[name]
	if ok {
		t.diags.Error(here, "Repeated name", "There is already a test %q at %s. Give this one another name.", name, at(first))
	}
	seen[name] = here
	return !ok
}

// test reads one test block.
func (t *testLoader) test(b *hclsyntax.Block) {
	before := t.diags.Failures()
	c := t.pipelineOf(b)
	if c == nil {
		return
	}
	test := t.reader(c, b).read()
	if t.diags.Failures() == before && !t.blind {
		t.tests = append(t.tests, test)
	}
}

// pipelineOf returns the pipeline that a test is about; nil where that is not known, or is known to be wrong.
func (t *testLoader) pipelineOf(b *hclsyntax.Block) *compiler {
	a := b.Body.Attributes["pipeline"]
	var names []string
	for _, p := range t.blocks["pipeline"] {
		names = append(names, p.Labels[0])
	}
	if a == nil {
		switch {
		case len(names) == 1:
			return t.compiledAs(names[0])
		case len(names) == 0:
			t.diags.Error(b.DefRange(), "No pipeline", "The configuration has no pipeline that could be tested.")
		default:
			t.diags.Error(b.DefRange(), "Missing attribute", "There are several pipelines: say which one the test is about, as `pipeline = pipeline.%s`.", names[0])
		}
		return nil
	}
	name, ok := pipelineName(a.Expr)
	switch {
	case !ok:
		t.diags.Error(a.Expr.Range(), "Reference expected", "pipeline must name a pipeline block, without quotes: pipeline = pipeline.NAME.%s", diag.Choices("", names))
		return nil
	case !slices.Contains(names, name):
		t.diags.Error(a.Expr.Range(), "Unknown pipeline", "There is no pipeline %q.%s", name, diag.Choices(name, names))
		return nil
	}
	return t.compiledAs(name)
}

func pipelineName(e hclsyntax.Expression) (string, bool) {
	t, problems := hcl.AbsTraversalForExpr(e)
	if problems.HasErrors() || len(t) != 2 || t.RootName() != "pipeline" {
		return "", false
	}
	return expression.Member(t)
}

// compiledAs returns the pipeline of that name; nil where it has errors.
func (l *loader) compiledAs(name string) *compiler {
	i := slices.IndexFunc(l.compiled, func(c *compiler) bool { return c.def.Name == name })
	if i < 0 {
		return nil
	}
	return l.compiled[i]
}

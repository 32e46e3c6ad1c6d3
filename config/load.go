package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/functions"
	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/config/internal/diag"
	"github.com/tandem-sync/tandem/pipeline"
)

// maxFile bounds a file of a configuration.
const maxFile = 4 << 20

// Load reads all *.hcl files of dir, not of its subfolders and without *.test.hcl and *.vars.hcl, as one
// configuration, with the values of variables that tandem.vars.hcl and the files of opts hold.
// The Config is never nil. Where the diagnostics hold errors, it is good for showing them (Files), and holds
// those blocks that are free of errors.
func Load(dir string, opts Options) (*Config, hcl.Diagnostics) {
	files, problems := readDir(dir)
	if problems.HasErrors() {
		return &Config{Dir: dir}, problems
	}
	return load(dir, files, opts)
}

// LoadFiles is Load for the content of files that was kept: a Config's Raw, read in the place of what is in dir.
func LoadFiles(dir string, files map[string]string, opts Options) (*Config, hcl.Diagnostics) {
	raw := map[string][]byte{}
	for name, text := range files {
		raw[filepath.Join(dir, name)] = []byte(text)
	}
	return load(dir, raw, opts)
}

// load is Load for files in memory, by name.
func load(dir string, files map[string][]byte, opts Options) (*Config, hcl.Diagnostics) {
	l := &loader{dir: dir, opts: opts, raw: files, config: &Config{Dir: dir, raw: files}, diags: &diag.List{}}
	return l.config, l.load()
}

// load is the steps of loading.
func (l *loader) load() hcl.Diagnostics {
	l.parse()
	l.variableFiles()
	l.variables()
	l.locals()
	if !l.offline {
		l.daemon()
	}
	l.sources()
	l.media()
	l.mappings()
	l.pipelines()
	l.unusedMappings()
	l.contested()
	l.plainSecrets()
	l.unused()
	if l.diags.Errors() == 0 {
		l.config.Hash = l.hash()
		l.config.typed, l.config.perRow = l.typedScope(), l.perRow
	}
	l.maskKnown()
	return l.scrubbed(l.consequential(l.diags.Sorted()))
}

func readDir(dir string) (map[string][]byte, hcl.Diagnostics) {
	var d diag.List
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.General("No such directory", "There is no directory %s. A configuration is a directory of .hcl files: name it with -c DIR, or change to it.", dir)
	case err != nil:
		if info, e := os.Stat(dir); e == nil && !info.IsDir() {
			d.General("Not a directory", "%s is a file. A configuration is a directory of .hcl files: name the directory, %s.", dir, filepath.Dir(dir))
			break
		}
		d.General("Directory cannot be read", "The directory of the configuration cannot be read: %s.", err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if !isConfig(e.Name()) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		switch {
		case err == nil && info.IsDir():
		case err == nil && info.Size() > maxFile:
			d.General("File too large", "%s has more than 4 MB, which no configuration needs.", path)
		default:
			if files[path], err = os.ReadFile(path); err != nil {
				d.General("File cannot be read", "A file of the configuration cannot be read: %s.", err)
			}
		}
	}
	if d.Errors() == 0 && len(files) == 0 {
		d.General("No configuration", "There is no .hcl file in %s. Write one with two source blocks and a pipeline block; docs/configuration.md has a whole example. Or name another directory with -c DIR.", dir)
	}
	return files, d.Sorted()
}

func isConfig(name string) bool {
	return strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".test.hcl") && !strings.HasSuffix(name, varFileSuffix) && !strings.HasPrefix(name, ".")
}

// loader holds what the steps of loading share.
type loader struct {
	dir    string
	opts   Options
	raw    map[string][]byte
	config *Config
	diags  *diag.List

	blocks map[string][]*hclsyntax.Block // top-level blocks by type
	scope  *expression.Scope             // of what is evaluated once
	perRow *expression.Scope             // of what is evaluated per record
	refs   map[string]bool               // sources, media and mappings as they are referred to; false: declared but wrong
	shared map[string]*sharedMapping     // mappings at the top level
	used   map[string]bool               // sources and media that a pipeline refers to
	hidden []string                      // what env and credential returned
	// torn are the blocks of which a syntax error took something away. They are checked as far as they can be
	// read, and not used.
	torn     map[*hclsyntax.Block]bool
	compiled []*compiler // of the pipelines that are free of errors
	// The values that variable files give: those that were named, and the one of the directory.
	fromFiles, fromDir map[string]fileValue
	fileMissing        bool // one of them could not be read
	// offline: nothing will be connected to, so that what the surroundings do not give may be missing in the settings
	// of sources and stores.
	offline bool
}

func rootShape() block.Shape {
	return block.Shape{Name: "a configuration", Blocks: []block.Nested{
		{Type: "daemon", Many: true}, // more than one is reported where they are read: they may be in several files
		{Type: "locals", Many: true},
		{Type: "variable", Labels: []string{"name"}, Many: true},
		{Type: "source", Labels: []string{"kind", "label"}, Many: true},
		{Type: "media", Labels: []string{"kind", "label"}, Many: true},
		{Type: "mapping", Labels: []string{"name"}, Many: true},
		{Type: "pipeline", Labels: []string{"name"}, Many: true},
	}}
}

func (l *loader) makeScopes() {
	everywhere := functions.PerRecord()
	outside := functions.Outside(functions.Place{Dir: l.dir, CredentialsDir: l.opts.CredentialsDir, Getenv: l.opts.Getenv, Secret: l.hide, Reads: l.reads})
	usages := functions.Usages(everywhere, outside)
	l.scope = &expression.Scope{
		Functions: functions.Map(everywhere, outside), Usages: usages,
		Locals: map[string]cty.Value{}, Vars: map[string]cty.Value{}, Literals: map[string]bool{},
	}
	if l.offline {
		l.scope.Unset = true
		for _, name := range []string{"env", "credential"} {
			l.scope.Functions[name] = maybe(name, l.scope.Functions[name])
		}
	}
	l.perRow = &expression.Scope{
		Functions: functions.Map(everywhere), Usages: usages, Refused: functions.Refused(), PerRecord: true,
		Locals: l.scope.Locals, Vars: l.scope.Vars, Literals: l.scope.Literals,
	}
}

// reads notes a file that the configuration reads beside its own.
func (l *loader) reads(path string) {
	if !slices.Contains(l.config.Reads, path) {
		l.config.Reads = append(l.config.Reads, path)
	}
}

func (l *loader) decoder() block.Decoder {
	return block.Decoder{Scope: l.scope, Diags: l.diags, Learn: func(s pipeline.Secret) { l.config.secrets = append(l.config.secrets, s) }}
}

func (l *loader) kind(name string) (pipeline.SourceKind, bool) {
	i := slices.IndexFunc(l.opts.Kinds, func(k pipeline.SourceKind) bool { return k.Name == name })
	if i < 0 {
		return pipeline.SourceKind{}, false
	}
	return l.opts.Kinds[i], true
}

// at returns "shop.hcl:33" for messages that live on in rules and reports.
func at(r hcl.Range) string {
	return fmt.Sprintf("%s:%d", filepath.Base(r.Filename), r.Start.Line)
}

package config

import (
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/pipeline"
)

// Options is what a configuration is loaded with beside its files.
type Options struct {
	// Kinds are the kinds of sources that source blocks may name.
	Kinds []pipeline.SourceKind
	// Vars are the values of variables, from -var NAME=VALUE. They win over TANDEM_VAR_NAME.
	Vars map[string]string
	// VarFiles are files of such values, from -var-file FILE; a later one wins over an earlier one. They win over
	// TANDEM_VAR_NAME, which wins over the file tandem.vars.hcl in the directory.
	VarFiles []string
	// Getenv reads an environment variable; nil has none.
	Getenv func(name string) (string, bool)
	// CredentialsDir is systemd's $CREDENTIALS_DIRECTORY, "" where there is none.
	CredentialsDir string
	// Known are, by the labels of sources, the fields that their systems told of, which count in the place of what
	// the kind of source is known to have; nil offline.
	Known map[string]pipeline.Schema
}

// Config is a loaded configuration. It is immutable.
type Config struct {
	Dir    string
	Daemon Daemon
	// Sources, Media and Pipelines are in the order of the files (by name) and of the text.
	Sources   []Source
	Media     []Media
	Pipelines []*pipeline.Definition
	// Files are the files that were read, by the name that diagnostics give, for showing snippets.
	// Secrets that stand in them as plain text are masked.
	Files map[string]*hcl.File
	// Hash changes when anything that was configured does, and not with comments, formatting or the
	// order of blocks. Secrets have no part in it: whoever compares two configurations must compare
	// the Settings of their sources and the daemon's Token too.
	Hash string
	// Reads are the files beside those of the configuration that it read, or looked for: by file() and table(), and as
	// files of variables. A change of theirs may change the configuration.
	Reads []string

	raw     map[string][]byte
	secrets []pipeline.Secret
	// What expressions that a person types may refer to, once and per record.
	typed, perRow *expression.Scope
}

// Secrets returns what no output may show: the values of all settings that are secrets, for taking them out of what
// others write. Where the configuration has errors, as many as could be read.
func (c *Config) Secrets() []pipeline.Secret { return slices.Clone(c.secrets) }

// Raw returns the content of the files as it is, by their names in Dir. It is for keeping, not for showing: a
// secret that stands in a file as plain text is in it.
func (c *Config) Raw() map[string]string {
	files := map[string]string{}
	for name, content := range c.raw {
		files[filepath.Base(name)] = string(content)
	}
	return files
}

// Daemon is the daemon block.
type Daemon struct {
	StateDir string // a relative one is resolved against the configuration's directory
	Listen   string // host:port
	// PublicURL is the address at which others reach the daemon where that is not Listen, without a slash at its
	// end; "" if none was given.
	PublicURL string `json:",omitzero"`
	TLS       TLS    `json:",omitzero"`
	Token     pipeline.Secret
	Log       Log
	Range     hcl.Range // zero where there is no daemon block
}

// TLS names the files of a certificate with its chain and of its key, both in PEM form; the zero value is none.
type TLS struct{ Cert, Key string }

// Log is the log block of the daemon.
type Log struct {
	Level  slog.Level
	Format LogFormat
}

// LogFormat is how log lines are written.
type LogFormat string

// The formats. LogAuto is text on a terminal and in systemd's journal, and JSON elsewhere.
const (
	LogAuto LogFormat = "auto"
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Source is one source block.
type Source struct {
	Kind     pipeline.SourceKind
	Label    string
	Settings any // what Kind.Settings returned, filled in and valid
	Range    hcl.Range
}

// Source returns the source of that label.
func (c *Config) Source(label string) (Source, bool) {
	for _, s := range c.Sources {
		if s.Label == label {
			return s, true
		}
	}
	return Source{}, false
}

// Pipeline returns the pipeline of that name.
func (c *Config) Pipeline(name string) (*pipeline.Definition, bool) {
	for _, p := range c.Pipelines {
		if p.Name == name {
			return p, true
		}
	}
	return nil, false
}

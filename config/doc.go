// Package config loads a configuration: a directory of HCL files, read as one. It evaluates, decodes and
// validates them and compiles every pipeline block into a pipeline.Definition.
//
// What it keeps:
//   - All that is wrong is told at once, with file, line, what was found and what to write: one broken
//     file, block or attribute hides nothing of the others.
//   - No diagnostic, snippet or hash shows a secret.
//   - Loading reads files and the environment and does nothing else: no network, no state, no globals.
//     The same input gives the same Config, in the same order, with the same Hash.
//   - Arrows: config imports pipeline and nothing else of this module. Kinds of sources are passed in.
//
// Read config.go for the result, load.go for the steps, then one file for each block. Expressions that are
// evaluated per record are compiled by config/expression, functions are in config/functions, and what is
// common to all blocks is in config/internal/block. shared.go lays a pipeline's mapping over one of the top level,
// varfiles.go reads the values of variables; format.go and schema.go stand apart from loading.
package config

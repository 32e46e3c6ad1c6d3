// Package pipeline is Tandem's vocabulary and its contracts: what a record, a link, a decision and a
// mutation are, and what a stage, an endpoint and a store promise each other.
//
// It holds value types, small pure functions over them and interfaces; it does no I/O and imports no
// other package of this module. Everything else imports it: the stages (stages/...), the engine
// (pipeline/engine), the state (pipeline/state), the endpoints (pipeline/endpoint/...) and the
// configuration (config).
//
// Read value.go and record.go for the data, definition.go for what a configured pipeline is, item.go
// for one record's way through a cycle, endpoint.go, stage.go and store.go for the contracts, and
// docs/invariants.md for the ten rules that all of it keeps.
package pipeline

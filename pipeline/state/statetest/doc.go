// Package statetest holds the contract of pipeline.Store as tests, for every implementation of it.
//
// Run is one test per promise, RunRandom plays random commits against Model, the contract in its
// simplest form: maps in memory. Model passes Run itself. Dump reads all that a store can tell, so that
// two stores, or one store before and after a restart, can be compared.
package statetest

// Package endpointtest is the conformance suite of pipeline.Endpoint: what the contract says, sentence
// by sentence, as tests that every endpoint passes against its stand-in and against a real server.
//
// An endpoint's test describes its system in a Harness and calls Run. The system may hold records of
// others: the suite makes its own, under a fresh prefix, judges those alone and deletes them in the end
// (the categories "Top …" and the prefixes that it made stay: no endpoint deletes categories).
//
// Read harness.go for what an endpoint has to bring and the list of tests, session.go for the helpers,
// then one file for each part of the contract.
package endpointtest

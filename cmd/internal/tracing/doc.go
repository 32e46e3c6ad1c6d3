// Package tracing sends what cycles consist of, as spans, to a collector: OpenTelemetry over HTTP. A cycle is a
// trace; its stages are the spans in it, and the calls to the sources are the spans in those. Attributes are names,
// counts and codes: nothing that a record holds, no error's text and no secret leaves the process.
package tracing

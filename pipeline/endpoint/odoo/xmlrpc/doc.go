// Package xmlrpc is the wire format of Odoo's external API: it encodes calls with kolo/xmlrpc, and
// decodes answers with a parser of its own that is bounded in bytes, depth and number of values.
//
// It keeps what kolo's decoder loses: an empty text is "" and not nil, text around comments and CDATA
// sections is whole, base64 is decoded, and a fault keeps its code and text also where the code is a
// string. Whatever the bytes, the decoder returns a value or one of the errors of errors.go; it never
// panics and its work is linear in the input.
//
// Read encode.go for calls, errors.go and decode.go (document), parser.go (values) and scan.go (markup)
// for answers, and server.go for the half that a server needs: decoding calls and encoding answers as
// Odoo 16 and 18 write them.
//
// Go values on the wire:
//
//	<int> <i4> <i8>      int64
//	<double>             float64
//	<boolean>            bool
//	<string>, untyped    string
//	<base64>             []byte
//	<dateTime.iso8601>   time.Time, UTC
//	<nil/>               nil
//	<array>              []any
//	<struct>             map[string]any
package xmlrpc

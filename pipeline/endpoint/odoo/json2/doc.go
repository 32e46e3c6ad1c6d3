// Package json2 encodes and decodes what travels over Odoo's JSON-2 API, POST /json/2/{model}/{method},
// which Odoo has from 19 on.
//
// A call is one JSON object of arguments by name, with the names that Odoo's Python methods have;
// Arguments makes it of the positional arguments that XML-RPC takes, so that callers need not know which
// of the two is spoken. The answer's body is the result itself, or an object that names an exception.
// Bytes from outside are bounded in size and depth; what is wrong with them is told in the words of
// package xmlrpc, whose errors are used here too.
//
// Read encode.go and signature.go for calls, decode.go for answers, and server.go for the side of a
// server, which writes JSON as Python does.
package json2

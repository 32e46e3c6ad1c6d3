// Package wire reads what Products Manager answers: the seven shapes of a list, the shapes of a single
// product, of an error and of a login. It knows JSON and nothing of HTTP, so that every reader can be
// fuzzed on bytes alone.
//
// The API's documentation describes the shapes of several generations of the server, and servers in the
// field still give all of them. The readers here take each; what none of them knows is an error that
// shows the keys of what came, never a value, since values are the customer's data.
//
// Read decode.go, then list.go, one.go, problem.go and token.go in any order.
package wire

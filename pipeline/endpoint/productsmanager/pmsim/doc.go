// Package pmsim is a stand-in for Products Manager: a real, small HTTP server that behaves as PM's
// documentation and its vendor's own client say that PM does, with the contradictions between them as
// switches of Config. Tests of the endpoint and of whole pipelines run against it, benchmarks fill it
// with tens of thousands of products, and `tandem demo` shows it as the shop.
//
// A Server embeds the store of its default account (package catalogue): Create, Edit, Trash, Restore and
// Put are what shop staff do in PM's own pages; Products tells what came of it. Tenant gives the stores of
// further accounts. Inject makes requests fail in chosen ways, Counts tells what clients asked for.
//
// How a request goes: Server.ServeHTTP finds the route; Server.serve (call.go) lets an injected fault
// have its say (fault.go, faulty.go), tells who is calling (auth.go), counts it against the limits
// (limit.go) and runs the route's handler (app.go, public.go, windev.go, …), which returns a value or an error;
// send.go puts either on the wire in the shapes of the route's surface (envelope.go, failure.go, render.go).
//
// Three surfaces of PM's API are served over the same store. `app` and `public` share their paths, so Config
// chooses between them; `windev` is there beside either. A further one is a file with its handlers and its
// table of routes, and a line in New.
//
// Images are fetched from the addresses that clients write, encoded anew and served by the server itself (images.go,
// package gallery); SetImages is what staff do who upload files. Inside of the store an image of the server's own is
// named by its content, so that the address that clients see may change with the port.
//
// Where PM's pages are silent the stand-in had to choose: a locked account's login is a 403; the answer
// of /products/bulk tells each item's outcome; status and is_active are two fields that do not touch each
// other; prices keep all their decimals, while weight keeps three and the tax rate two, as the data model
// says; the order of rows of the same second is that of their creation; the surface `public` keeps the fields that
// are documented for it, and no others; a price without tax that is written by `windev` becomes the cost.
package pmsim

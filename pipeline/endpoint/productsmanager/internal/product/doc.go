// Package product is the canonical record of Products Manager: the names that mappings use, whatever
// the API of the day calls them, and the way from an answer's JSON to values and from values back to a
// request's JSON.
//
// Reading is tolerant: each canonical field is looked for under all the names that documentation and
// servers use (title or name, ean or barcode, …), numbers may be texts, images may be texts or objects.
// Reading never fails: a value that is not of its field's type is handed on as it is, and fails its own
// record later, where its name can be told.
//
// Read path.go (field paths), read.go (values out of a product), schema.go (the types) and encode.go
// (values into a body).
package product

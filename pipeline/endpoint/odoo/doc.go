// Package odoo is the endpoint of an Odoo database, over its external API.
//
// A record is one product.template; its key is the template's id in decimal. Where variants are linked
// (pipeline.Deps.Variants) a template with several is a parent, and each of its variants a record of its own with
// a key of its own kind; else such templates have a reason in Record.Excluded, as those without a variant do.
//
// What the package keeps (docs/invariants.md):
//
//   - Invariant 2: every write is followed by a read, and the receipt holds what was read.
//   - Invariant 3: a creation carries its token as an external id in the module namespace __tandem__,
//     given in the same transaction; Settle looks for it and Create of the same token finds the record.
//   - Invariant 4: cursors are moments of the server's own clock before the first row was read, less an
//     overlap that must exceed the longest transaction, since Odoo's write_date is its transaction's start.
//   - Invariant 5: List proves its completeness, or fails.
//
// Read kind.go and settings.go for the configuration, dialect.go for what differs between versions,
// session.go and describe.go for the connection, schema.go and values.go for fields and their values;
// then read.go, list.go and changes.go for reading, and draft.go, load.go, create.go, update.go, remove.go,
// tree.go, categories.go and settle.go for writing; stock.go reads quantities and count.go sets them, image.go
// and imageread.go read images and imagewrite.go writes them. Variants of families are read by members.go, made by
// membercreate.go, changed by memberupdate.go and priced by memberprice.go; combine.go gives templates the attributes
// that tell them apart. Package rpc makes the calls, packages xmlrpc and json2 are the wire formats.
package odoo

// Package catalogue is what one account of the stand-in Products Manager holds: products with their
// trash, and the categories that they are in. It knows the rules of the real store (EANs, types, lengths,
// time stamps, what a partial edit does) and nothing of HTTP, so that every surface of the API is served
// from the same one.
//
// Rows are never changed once they are published: an edit replaces the row. Readers hold the lock only
// while they collect the rows of a page. Two sorted slices keep the orders that clients page by
// (created_at, updated_at), so a page costs the same at fifty and at fifty thousand products.
//
// Read product.go for the data, rules.go for what is accepted, store.go for the writes, query.go for the
// lists, stale.go for reads that lag behind, disk.go for keeping it all in a file.
package catalogue

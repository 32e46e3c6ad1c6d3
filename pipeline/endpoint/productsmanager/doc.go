// Package productsmanager is the endpoint of Products Manager (PM): a pipeline.Endpoint over PM's REST
// API.
//
// Three generations of that API are in the field, and their documentation disagrees on envelopes, field
// names, error bodies and credentials. The endpoint accepts all of it and sends one form. What a mapping
// sees is the canonical record of internal/product, always the same.
//
// # What is sent (surface app)
//
//   - Lists are asked for with page, per_page and page_size (servers know one of the two and ignore the
//     other), sort_by and order, and without a status, so that inactive and draft products are in them.
//   - title goes as title and name, sku as sku and manufacturer_reference, brand as brand and brand_name:
//     older servers keep the one, newer ones the other, and both read back as what was written. All other
//     fields go under their canonical names, numbers as exact JSON numbers, a category as its path.
//   - PUT carries the changed fields alone. A value inside of an object (attributes.color) goes with the
//     whole object, as it was read just before, so that no other attribute is lost.
//   - An image goes by its address in a media store: how its bytes would be uploaded is not documented. The list
//     of images goes whole, the first replaced or left out and all others as they were read just before.
//   - is_active goes with the status that says the same; a draft that is deactivated stays a draft.
//   - A creation carries its token as external_id ("tandem:…"), by which a lost answer is settled.
//
// # What else is sent (surfaces public and windev)
//
//   - Products are called by their EAN, so it is never changed, and a product without one is left out.
//   - public has the documented fields alone, and says by the status whether a product is active. Updates
//     are PATCH, or PUT once the server refused that.
//   - windev takes the reference for the SKU and price_ttc for the price. It makes products in batches,
//     after a look whether somebody has the EAN or the reference, and writes the same single field of
//     several products in a batch; what became of each is read from the answer by EAN. price_ht is never sent
//     unless a mapping names it: PM keeps it as the cost.
//
// # What it keeps
//
// Invariant 2: a receipt holds what PM answered to the write or what was read back, never what was sent.
// Invariant 3: a repeated creation is looked for before it is sent again. Invariant 4: a cursor is a time
// of PM's clock before the first row was read. Invariant 5: a listing that cannot be proven complete is an
// error. PM may answer reads from a cache for a while; what Tandem itself wrote is remembered, and an
// older state of it is recognised and not taken for an edit (remember.go).
//
// PM has neither versions nor conditional writes. The engine compares the record with what was decided
// upon right before it writes; an edit by somebody else in the milliseconds between is lost in the written
// fields, and in the other values of the same object.
//
// # How to read it
//
// kind.go and settings.go are what a configuration sees. endpoint.go holds the parts together; surface.go
// with app.go, public.go and windev.go say which requests there are; describe.go, list.go, fetch.go,
// create.go, update.go, batch.go, images.go and settle.go are the methods. Below internal, wire reads JSON shapes, product is the canonical record,
// client carries requests, paging reads lists that move.
package productsmanager

package pipeline

import "context"

// An image is read as an opaque reference, a text that the side gives to what it holds and that changes with
// it: a checksum, a size, an address. So each side's image is compared with that side's own base and no byte
// is read to see that nothing changed. Both systems encode anew what they get: what one side holds can never be
// told from the other's reference.
//
// On its way to the other side it is the object that ImageFrom returns, and in Draft.Images and Patch.Images
// the image itself.

// ImageFrom returns the value of an image that is carried from a side: where it comes from.
func ImageFrom(source string, key Key, field string, ref Value) Value {
	return Object(map[string]Value{
		"from": Text(source), "key": Text(string(key)), "field": Text(field), "image": ref,
	})
}

// ImageReader is an Endpoint whose system holds images.
type ImageReader interface {
	// ReadImage returns the bytes of the image that a field of a record holds. ref is what Fetch gave for
	// it; an error of class Stale tells that the record holds another one by now. The bytes are as the
	// system has them: not decoded, at most the source's own limit.
	ReadImage(ctx context.Context, key Key, field string, ref Value) ([]byte, error)
}

// Image is an image on its way to a side. It is read from where it comes from when it is asked for, and not kept,
// so that a batch of images does not need the memory of all.
type Image interface {
	// Bytes returns the image encoded as the field's ImageNeeds say, decoded once to see that it can be,
	// and its content type.
	Bytes(ctx context.Context) (data []byte, contentType string, err error)
	// Address returns a public address at which those bytes are served: they are put into the pipeline's media
	// store unless they are there.
	Address(ctx context.Context) (string, error)
}

// ImageNeeds is what an image field takes.
type ImageNeeds struct {
	WebP bool `json:"webp,omitempty"` // takes WebP beside JPEG and PNG
	Side int  `json:"side,omitempty"` // pixels of the longer side at most; 0 is no limit
	// ByAddress: the system fetches the image from a public address, so the pipeline needs a media store.
	ByAddress bool `json:"by_address,omitempty"`
}

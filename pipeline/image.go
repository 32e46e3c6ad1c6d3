package pipeline

import "context"

// An image is read as an opaque reference, a text that people can read and that changes with what the side
// holds: an address, or a size and a checksum. So each side's image is compared with that side's own base and
// no byte is read to see that nothing changed. Both systems encode anew what they get: what one side holds can
// never be told from the other's reference.
//
// On its way to the other side it is the object that ImageSource.Value returns, and in Draft.Images and
// Patch.Images the image itself.

// ImageSource is where an image that is carried comes from.
type ImageSource struct {
	Source string // label of the source
	Key    Key
	Field  string // the side's own
	Ref    Value
	Name   string // what the product is called in the store's addresses: its SKU
}

// Value returns s as the value of a field that is to be written.
func (s ImageSource) Value() Value {
	return Object(map[string]Value{
		"from": Text(s.Source), "key": Text(string(s.Key)), "field": Text(s.Field), "image": s.Ref, "name": Text(s.Name),
	})
}

// String names s for people: `image of erp: 81 kB 2fd4e1c6`.
func (s ImageSource) String() string { return "image of " + s.Source + ": " + s.Ref.String() }

// ImageSourceOf reads what Value returned; false for anything else.
func ImageSourceOf(v Value) (ImageSource, bool) {
	o := v.AsObject()
	s := ImageSource{
		Source: o["from"].AsText(), Key: Key(o["key"].AsText()), Field: o["field"].AsText(), Ref: o["image"], Name: o["name"].AsText(),
	}
	return s, s.Source != "" && s.Key != "" && s.Field != "" && !s.Ref.IsNull()
}

// ImageReader is an Endpoint whose system holds images.
type ImageReader interface {
	// ReadImage returns the bytes of the image that a field of a record holds. ref is what Fetch gave for
	// it; an error of class Stale tells that the record holds another one by now. The bytes are as the
	// system has them: not decoded, at most the source's own limit.
	ReadImage(ctx context.Context, key Key, field string, ref Value) ([]byte, error)
}

// ImageJudge is an ImageReader that knows of some images, by their reference alone, that it will not read.
type ImageJudge interface {
	// JudgeImage returns the error that ReadImage would return for what ref names, or nil. It reads nothing.
	JudgeImage(field string, ref Value) error
}

// Image is an image on its way to a side. It is read from where it comes from when it is asked for, and not kept,
// so that a batch of images does not need the memory of all. A failure is the image's own: it says so by its
// code, and an endpoint puts it into the record's receipt as it is.
type Image interface {
	// Bytes returns the image encoded as the field's ImageNeeds say, decoded once to see that it can be,
	// and its content type.
	Bytes(ctx context.Context) (data []byte, contentType string, err error)
	// Address returns a public address at which those bytes are served: they are put into the pipeline's media
	// store unless they are there.
	Address(ctx context.Context) (string, error)
	// Change says for people what was done to make it fit: "scaled from 4000 × 3000 to 1920 × 1440 pixels". "" before
	// it was read, and where the bytes are as they came.
	Change() string
}

// ImageNeeds is what an image field takes.
type ImageNeeds struct {
	WebP bool `json:"webp,omitempty"` // takes WebP beside JPEG and PNG
	Side int  `json:"side,omitempty"` // pixels of the longer side at most; 0 is no limit
	// ByAddress: the system fetches the image from a public address, so the pipeline needs a media store.
	ByAddress bool `json:"by_address,omitempty"`
}

// Images carries the images of one pipeline. It is safe for concurrent use.
type Images interface {
	// Image returns the image that comes from there, for a field of the side to. It reads nothing yet.
	Image(c *Cycle, from ImageSource, to Side, needs ImageNeeds) Image
	// Alike tells whether two images show the same. Both are read. An image that cannot be decoded is like
	// none; that it cannot be read is an error, which says whose it is.
	Alike(ctx context.Context, c *Cycle, a, b ImageSource, how Likeness) (bool, error)
}

// Likeness is how near two images must be to count as the same.
type Likeness uint8

// The likenesses.
const (
	// SameEdited asks whether an image that was replaced still is the one that the other side holds, encoded
	// anew or moved to another address.
	SameEdited Likeness = iota
	// SamePaired asks whether two products that were never seen before show the same picture, which one of them
	// may have smaller.
	SamePaired
)

package endpointtest

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

// given is an image that a test hands to the endpoint. It implements pipeline.Image.
type given struct {
	s    *session
	data []byte
	err  error
}

func (g given) Bytes(context.Context) ([]byte, string, error) { return g.data, "image/png", g.err }

func (g given) Address(context.Context) (string, error) {
	if g.err != nil {
		return "", g.err
	}
	return g.s.h.Serve(g.s.T, g.data, "image/png"), nil
}

func (given) Change() string { return "" }

// painting is an image of a number: its upper half tells them apart, whatever the system makes of it.
func (s *session) painting(n int) []byte {
	s.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 48, 48))
	for i := range 48 * 48 {
		c := color.RGBA{R: 250, G: 250, B: 240, A: 255}
		if i < 48*24 {
			c = color.RGBA{R: uint8(n * 61), G: uint8(n * 149), B: uint8(n * 23), A: 255}
		}
		m.Set(i%48, i/48, c)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		s.Fatal(err)
	}
	return out.Bytes()
}

// withImage returns values and images that put one into a record.
func (s *session) withImage(data []byte, err error) (pipeline.Values, map[string]pipeline.Image) {
	from := pipeline.ImageSource{Source: "other", Key: "1", Field: "picture", Ref: pipeline.Text("x"), Name: s.prefix}
	return pipeline.Values{s.f.Image: from.Value()}, map[string]pipeline.Image{s.f.Image: given{s, data, err}}
}

func (s *session) draftWithImage(data []byte, err error) pipeline.Draft {
	fields, images := s.withImage(data, err)
	d := s.draft(fields)
	d.Images = images
	return d
}

func (s *session) needImages() {
	s.Helper()
	s.need(s.f.Image)
	f := s.field(s.f.Image)
	if f.Type != pipeline.TypeImage || f.Image == nil {
		s.Fatalf("the field %s is no image with its needs: %+v", s.f.Image, f)
	}
	if _, ok := s.end.(pipeline.ImageReader); !ok {
		s.Fatal("an endpoint with images must be a pipeline.ImageReader")
	}
	if f.Image.ByAddress && s.h.Serve == nil {
		s.Fatal("the harness serves no images")
	}
}

// setImage gives a record another image through the endpoint, with other fields beside it.
func (s *session) setImage(key pipeline.Key, data []byte, more pipeline.Values) pipeline.Record {
	s.Helper()
	fields, images := s.withImage(data, nil)
	for name, v := range more {
		fields[name] = v
	}
	r := s.updateAll([]pipeline.Patch{{Key: key, Fields: fields, Images: images}})[0]
	if r.Err != nil || r.Record == nil {
		s.Fatalf("Update with an image: %+v", r)
	}
	s.readsBack("Update with an image", *r.Record)
	return *r.Record
}

// editImage changes an image as somebody in the shop does.
func (s *session) editImage(key pipeline.Key, data []byte) {
	s.Helper()
	if s.h.EditImage != nil {
		s.h.EditImage(s.T, key, data)
		return
	}
	p := pipeline.Patch{Key: key, Fields: pipeline.Values{s.f.Image: {}}}
	if data != nil {
		p.Fields, p.Images = s.withImage(data, nil)
	}
	for _, r := range s.second().Update(s.Context(), []pipeline.Patch{p}) {
		if r.Err != nil {
			s.Fatalf("an image through another connection: %v", r.Err)
		}
	}
}

// readsBack checks that records which were written with an image tell it.
func (s *session) readsBack(what string, records ...pipeline.Record) {
	s.Helper()
	for _, r := range records {
		if _, ok := r.Fields[s.f.Image]; !ok {
			s.Errorf("%s: the record %s was read back without its image", what, r.Key)
		}
	}
}

// showsImage checks that what a record holds looks like an image, nil for none, and that every way of reading it gives
// the same reference. It returns the reference. A record read back after a write of other fields need not tell it.
func (s *session) showsImage(what string, r pipeline.Record, want []byte) pipeline.Value {
	s.Helper()
	ref, told := r.Fields[s.f.Image]
	fetched := s.fetch(r.Key)[r.Key].Fields[s.f.Image]
	if told && !fetched.Equal(ref) {
		s.Errorf("%s: the record %s has the image %q read back, %q fetched", what, r.Key, ref, fetched)
	}
	if want == nil {
		if !fetched.IsNull() {
			s.Errorf("%s: the image %q is still there", what, fetched)
		}
		return fetched
	}
	if fetched.IsNull() {
		s.Errorf("%s: there is no image", what)
		return fetched
	}
	data, err := s.end.(pipeline.ImageReader).ReadImage(s.Context(), r.Key, s.f.Image, fetched)
	if err != nil {
		s.Errorf("%s: ReadImage of %q: %v", what, fetched, err)
		return fetched
	}
	var prints [2]picture.Fingerprint
	studio := picture.NewStudio(picture.DefaultLimits())
	for i, b := range [][]byte{want, data} {
		if prints[i], err = studio.Fingerprint(s.Context(), b); err != nil {
			s.Errorf("%s: %v", what, err)
			return fetched
		}
	}
	if !prints[0].Alike(prints[1]) {
		s.Errorf("%s: another image than was sent, %d of 255 apart", what, prints[0].Distance(prints[1]))
	}
	return fetched
}

// An image arrives with the record that it is made with and afterwards, alone and among other fields; it is left
// alone by other writes, and taken away.
func imagesAreWritten(s *session) {
	s.needImages()
	first, second := s.painting(1), s.painting(2)
	records := s.create(s.draftWithImage(first, nil), s.draft(), s.draftWithImage(second, nil))
	s.readsBack("Create with an image", records[0], records[2])
	ref := s.showsImage("created", records[0], first)
	s.showsImage("created without", records[1], nil)
	s.showsImage("created beside", records[2], second)

	key := records[0].Key
	title := pipeline.Values{s.f.Title: pipeline.Text("Retitled " + s.prefix)}
	s.update(key, title)
	if again := s.showsImage("another field updated", s.fetch(key)[key], first); !again.Equal(ref) {
		s.Errorf("the reference of an image that stayed was %q, now it is %q", ref, again)
	}
	if now := s.showsImage("replaced", s.setImage(key, second, nil), second); now.Equal(ref) {
		s.Errorf("two images have the reference %q", ref)
	}
	more := pipeline.Values{s.f.Title: pipeline.Text("Both " + s.prefix)}
	r := s.setImage(key, first, more)
	s.holds("beside an image", r, more)
	s.showsImage("among other fields", r, first)
	r = s.update(key, pipeline.Values{s.f.Image: {}})
	s.readsBack("Update without an image", r)
	s.showsImage("taken away", r, nil)
	s.showsImage("put back", s.setImage(key, second, nil), second)
}

// Another image is a change.
func imagesAreSeen(s *session) {
	s.needImages()
	records := s.create(s.draftWithImage(s.painting(1), nil), s.draftWithImage(s.painting(2), nil), s.draft())
	keys := keysOf(records)
	was := s.settled(keys...)
	before := s.fetch(keys...)
	cursor := s.changes(s.cursor()).next
	s.editImage(keys[0], s.painting(3))
	s.editImage(keys[1], nil)
	s.editImage(keys[2], s.painting(4))
	s.seesEdits("another image", s.changes(cursor), was, keys)
	now := s.fetch(keys...)
	for _, k := range keys {
		if now[k].Fields[s.f.Image].Equal(before[k].Fields[s.f.Image]) {
			s.Errorf("the reference %q stayed though the image changed", now[k].Fields[s.f.Image])
		}
	}
	s.showsImage("changed in the shop", now[keys[0]], s.painting(3))
}

// What was replaced since it was fetched is not read as what it is no more; what is gone is not there.
func imagesAreRead(s *session) {
	s.needImages()
	reader := s.end.(pipeline.ImageReader)
	r := s.create(s.draftWithImage(s.painting(1), nil))[0]
	ref := r.Fields[s.f.Image]
	s.editImage(r.Key, s.painting(2))
	_, err := reader.ReadImage(s.Context(), r.Key, s.f.Image, ref)
	s.classed("an image that was replaced", err, pipeline.Stale)
	s.editImage(r.Key, nil)
	_, err = reader.ReadImage(s.Context(), r.Key, s.f.Image, ref)
	s.classed("an image that was taken away", err, pipeline.Stale)
}

// An image that cannot be had fails its own record, of which nothing is written, and no other.
func imagesThatFailAreAlone(s *session) {
	s.needImages()
	failure := &pipeline.Error{Code: pipeline.CodeImageSync, Message: "the image is a GIF", Remedy: "Replace it."}
	bad := s.draftWithImage(nil, failure)
	drafts := []pipeline.Draft{s.draftWithImage(s.painting(1), nil), bad, s.draft()}
	if s.about.BatchSize < len(drafts) {
		drafts = []pipeline.Draft{bad}
	}
	receipts := s.tryCreate(drafts...)
	var good pipeline.Key
	for i, r := range receipts {
		if s.fails(drafts[i].Images) {
			s.classed("a creation with a bad image", r.Err, pipeline.Permanent, pipeline.CodeImageSync)
			continue
		}
		if r.Err != nil || r.Record == nil {
			s.Fatalf("a creation beside a bad image: %+v", r)
		}
		good = r.Key
	}
	if keys, err := s.end.Settle(s.Context(), []pipeline.Draft{bad}); err != nil || keys[0] != "" {
		s.Errorf("what could not be made is settled as %q, %v", keys, err)
	}
	if good == "" {
		good = s.create(s.draft())[0].Key
	}
	before := s.fetch(good)[good]
	fields, images := s.withImage(nil, failure)
	fields[s.f.Title] = pipeline.Text("Refused " + s.prefix)
	r := s.updateAll([]pipeline.Patch{{Key: good, Fields: fields, Images: images}})[0]
	s.classed("an update with a bad image", r.Err, pipeline.Permanent, pipeline.CodeImageSync)
	if now := s.fetch(good)[good]; !now.Fields[s.f.Title].Equal(before.Fields[s.f.Title]) || !now.Fields[s.f.Image].Equal(before.Fields[s.f.Image]) {
		s.Errorf("a refused record was written in part: %v", now.Fields)
	}
}

func (s *session) fails(images map[string]pipeline.Image) bool {
	g, ok := images[s.f.Image].(given)
	return ok && g.err != nil
}

// A creation with an image is found by looking, as any other.
func imagesAreSettled(s *session) {
	s.needImages()
	draft := s.draftWithImage(s.painting(1), nil)
	r := s.create(draft)[0]
	stored := draft
	stored.Images = nil // as the intent of an interrupted cycle has it
	keys, err := s.end.Settle(s.Context(), []pipeline.Draft{stored})
	if err != nil || len(keys) != 1 || keys[0] != r.Key {
		s.Errorf("Settle gives %q, %v, want %q", keys, err, r.Key)
	}
}

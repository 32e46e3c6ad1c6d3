package odoo_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
)

const imageField = "image_1920"

// carried is an image on its way.
type carried struct {
	data []byte
	err  error
	read func() // called when the image is asked for
}

func (c carried) Bytes(context.Context) ([]byte, string, error) {
	if c.read != nil {
		c.read()
	}
	return c.data, "image/png", c.err
}

func (carried) Address(context.Context) (string, error) { panic("Odoo takes bytes") }
func (carried) Change() string                          { return "" }

// source is the value of a field that takes an image of that name.
func source(name string) pipeline.Value {
	return pipeline.ImageSource{Source: "pm", Key: pipeline.Key(name), Field: "images[0].url", Ref: pipeline.Text("https://media.example.com/" + name)}.Value()
}

// dot is a PNG of that colour, with some bytes more behind it that nobody looks at.
func dot(shade uint8, more int) []byte {
	m := image.NewGray(image.Rect(0, 0, 3, 2))
	m.Set(1, 1, color.Gray{Y: shade})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return append(b.Bytes(), make([]byte, more)...)
}

func withImage(fields pipeline.Values, name string) pipeline.Values {
	out := pipeline.Values{imageField: source(name)}
	for k, v := range fields {
		out[k] = v
	}
	return out
}

// pictured makes drafts of products with one image each.
func (s *shop) pictured(images ...[]byte) []pipeline.Draft {
	drafts := s.drafts(len(images))
	for i := range drafts {
		drafts[i].Token = fmt.Sprintf("pictured_%d_%d", crc32.ChecksumIEEE(images[i]), i)
		for _, name := range []string{"default_code", "barcode", "categ_id"} {
			delete(drafts[i].Fields, name)
		}
		drafts[i].Fields = withImage(drafts[i].Fields, fmt.Sprint("image ", i))
		drafts[i].Images = map[string]pipeline.Image{imageField: carried{data: images[i]}}
	}
	return drafts
}

// put writes an image, which must succeed, and returns the receipt.
func (s *shop) put(key pipeline.Key, c carried) pipeline.Receipt {
	s.Helper()
	r := s.end.Update(s.Context(), []pipeline.Patch{{
		Key: key, Fields: pipeline.Values{imageField: source("put")}, Images: map[string]pipeline.Image{imageField: c},
	}})[0]
	if r.Err != nil {
		s.Fatalf("Update: %v", r.Err)
	}
	return r
}

// reference returns that of a product's image.
func (s *shop) reference(key pipeline.Key) pipeline.Value {
	s.Helper()
	records, err := s.end.Fetch(s.Context(), []pipeline.Key{key}, []string{imageField})
	if err != nil || len(records) != 1 {
		s.Fatalf("Fetch: %v, %v", records, err)
	}
	return records[0].Fields[imageField]
}

// shows checks which image a product has, by reading it.
func (s *shop) shows(what string, key pipeline.Key, want []byte) {
	s.Helper()
	ref := s.reference(key)
	if want == nil {
		if !ref.IsNull() {
			s.Errorf("%s: there still is an image, %q", what, ref)
		}
		return
	}
	got, err := s.end.(pipeline.ImageReader).ReadImage(s.Context(), key, imageField, ref)
	if err != nil || !bytes.Equal(got, want) {
		s.Errorf("%s: %q is an image of %d bytes, want %d; %v", what, ref, len(got), len(want), err)
	}
}

// everyRight runs a test where checksums may be read, and where they may not.
func everyRight(t *testing.T, test func(*shop, bool)) {
	t.Helper()
	both(t, func(s *shop) { test(s, strings.HasSuffix(s.Name(), "18")) })
	t.Run("16 as administrator", func(t *testing.T) {
		test(newShop(t, 16, func(_ *odoosim.Config, s *odoo.Settings) {
			s.Login, s.Password, s.APIKey = odoosim.AdminLogin, pipeline.NewSecret(odoosim.AdminPassword), pipeline.Secret{}
		}), true)
	})
}

func TestImages(t *testing.T) {
	everyRight(t, func(s *shop, checksums bool) {
		first, second := dot(1, 0), dot(2, 0)
		s.server.ResetStats()
		receipts := s.end.Create(s.Context(), s.pictured(first, first, second))
		if n := s.server.Stats().Requests["product.template.load"]; n != 1 {
			s.Errorf("%d transactions", n)
		}
		for i, r := range receipts {
			if r.Err != nil || !r.Alone || r.Record.Fields[imageField].IsNull() {
				s.Fatalf("receipt %d: %+v", i, r)
			}
		}
		a, b, c := receipts[0], receipts[1].Record.Fields[imageField], receipts[2].Record.Fields[imageField]
		if ref := a.Record.Fields[imageField]; !ref.Equal(b) || ref.Equal(c) || !ref.Equal(s.reference(a.Key)) {
			s.Errorf("references %q, %q, %q", ref, b, c)
		}
		want := fmt.Sprintf("%d bytes, SHA-1 %x", len(first), sha1.Sum(first))
		if !checksums {
			want = fmt.Sprintf("thumbnail SHA-1 %x", sha1.Sum(first)) // as small as a thumbnail, so Odoo keeps it as one
		}
		if b.AsText() != want {
			s.Errorf("the reference is %q, want %q", b, want)
		}
		s.shows("created", a.Key, first)
		cursor := s.list()
		s.pass(time.Minute)
		if r := s.put(a.Key, carried{data: second}); !r.Alone || !r.Record.Fields[imageField].Equal(c) {
			s.Errorf("updated: %+v", r)
		}
		s.shows("updated", a.Key, second)
		if seen, _ := s.changes(cursor); seen[a.Key].Key == "" {
			s.Error("a poll does not see the new image")
		}
		r := s.end.Update(s.Context(), []pipeline.Patch{{Key: a.Key, Fields: pipeline.Values{imageField: {}}}})[0]
		if r.Err != nil || !r.Alone || !r.Record.Fields[imageField].IsNull() {
			s.Errorf("removed: %+v", r)
		}
		s.shows("removed", a.Key, nil)
		s.shows("the other", receipts[1].Key, first)
	})
}

// Odoo takes such texts for the wish to have no image, or keeps what shows as a hole.
func TestImagesThatAreNone(t *testing.T) {
	everyRight(t, func(s *shop, _ bool) {
		good := dot(7, 0)
		keys := s.make(s.pictured(good, good)...)
		for name, data := range map[string][]byte{
			"nothing": {}, "text": []byte("@@@"), "data URL": []byte("data:image/png;base64,iVBORw0KGgo="), "SVG": []byte("<svg/>"),
			"head of a PNG": good[:12],
		} {
			before := s.server.Stats().Requests["product.template.write"] + s.server.Stats().Requests["product.template.load"]
			receipts := s.end.Update(s.Context(), []pipeline.Patch{
				{Key: keys[0], Fields: withImage(pipeline.Values{"list_price": pipeline.Int(77)}, "bad"), Images: map[string]pipeline.Image{imageField: carried{data: data}}},
				{Key: keys[1], Fields: withImage(pipeline.Values{"list_price": pipeline.Int(78)}, "good"), Images: map[string]pipeline.Image{imageField: carried{data: good}}},
			})
			if e := pipeline.AsError(receipts[0].Err); e == nil || e.Code != pipeline.CodeImageSync || e.Class != pipeline.Permanent || e.MaybeDone {
				s.Errorf("%s: %+v", name, e)
			}
			if receipts[1].Err != nil {
				s.Errorf("%s: the good one: %v", name, receipts[1].Err)
			}
			if n := s.server.Stats().Requests["product.template.write"] + s.server.Stats().Requests["product.template.load"] - before; n != 1 {
				s.Errorf("%s: %d writes", name, n)
			}
		}
		s.shows("all refused", keys[0], good)
		r := s.end.Update(s.Context(), []pipeline.Patch{{Key: keys[0], Fields: pipeline.Values{imageField: source("lost")}}})[0]
		if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeImageSync {
			s.Errorf("without its image: %+v", r)
		}
	})
}

// webp is an image of one pixel.
const webp = "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA="

func TestWebP(t *testing.T) {
	tiny, err := base64.StdEncoding.DecodeString(webp)
	if err != nil {
		t.Fatal(err)
	}
	both(t, func(s *shop) {
		about := must(s.end.Describe(s.Context()))
		needs := about.Schema.Fields[imageField].Image
		r := s.end.Create(s.Context(), s.pictured(tiny))[0]
		if e := pipeline.AsError(r.Err); needs.WebP != (e == nil) || e != nil && e.Code != pipeline.CodeImageSync {
			s.Errorf("WebP %v: %+v", needs.WebP, r)
		}
		if want := (pipeline.ImageNeeds{WebP: strings.HasSuffix(s.Name(), "18"), Side: 1920}); *needs != want {
			s.Errorf("needs %+v, want %+v", *needs, want)
		}
	})
}

// What a product shows is its single variant's own image, where it has one.
func TestOwnImageOfVariant(t *testing.T) {
	everyRight(t, func(s *shop, _ bool) {
		shared, own := dot(1, 0), dot(2, 0)
		keys := s.make(s.pictured(shared, shared, shared)...)
		for _, key := range keys {
			variants := must(s.as().With("active_test", false).Search("product.product", []any{"product_tmpl_id", "=", idOf(s, key)}))
			if err := s.as().Write("product.product", odoosim.Values{"image_variant_1920": base64.StdEncoding.EncodeToString(own)}, variants...); err != nil {
				s.Fatal(err)
			}
			s.shows("its own", key, own)
		}
		fresh := dot(3, 0)
		if r := s.put(keys[0], carried{data: fresh}); !r.Alone {
			s.Errorf("not alone: %+v", r)
		}
		s.shows("written over", keys[0], fresh)
		receipts := s.end.Update(s.Context(), []pipeline.Patch{
			{Key: keys[1], Fields: pipeline.Values{imageField: {}}}, {Key: keys[2], Fields: pipeline.Values{imageField: {}}},
		})
		for i, r := range receipts {
			if r.Err != nil || !r.Record.Fields[imageField].IsNull() {
				s.Errorf("removal %d: %+v", i, r)
			}
			s.shows("removed", r.Key, nil)
		}
	})
}

// One call counts the stock, writes the image and takes the variant's own away.
func TestOwnImageAndStock(t *testing.T) {
	both(t, func(s *shop) {
		key := s.make(s.pictured(dot(1, 0), dot(1, 0))...)[1]
		variants := must(s.as().Search("product.product", []any{"product_tmpl_id", "=", idOf(s, key)}))
		if err := s.as().Write("product.product", odoosim.Values{"image_variant_1920": base64.StdEncoding.EncodeToString(dot(2, 0))}, variants...); err != nil {
			s.Fatal(err)
		}
		fresh := dot(3, 0)
		r := s.end.Update(s.Context(), []pipeline.Patch{{
			Key: key, Fields: withImage(pipeline.Values{"qty_available": pipeline.Int(5)}, "fresh"), Images: map[string]pipeline.Image{imageField: carried{data: fresh}},
		}})[0]
		if r.Err != nil || !r.Record.Fields["qty_available"].Equal(pipeline.Int(5)) {
			s.Errorf("%+v", r)
		}
		s.shows("written", key, fresh)
	}, inWarehouse("WH", ""))
}

// Photographs are written some at a time, however many products there are.
func TestImagesInBatches(t *testing.T) {
	t.Run("18", func(t *testing.T) {
		s := newShop(t, 18)
		var images [][]byte
		for i := range 7 {
			images = append(images, dot(uint8(i), 2_000_000)) // 2.7 MB of base64
		}
		drafts := s.pictured(images...)
		s.server.ResetStats()
		keys := s.make(drafts...)
		if n := s.server.Stats().Requests["product.template.load"]; n != 3 {
			s.Errorf("created in %d transactions, want 3", n)
		}
		for i, key := range keys {
			s.shows("created", key, images[i])
		}
		drafts[3].Images[imageField] = carried{err: &pipeline.Error{Code: pipeline.CodeConnectionLost, Class: pipeline.Transient, Message: "away"}}
		var patches []pipeline.Patch
		for i, key := range keys {
			patches = append(patches, pipeline.Patch{Key: key, Fields: pipeline.Values{imageField: drafts[i].Fields[imageField]}, Images: drafts[i].Images})
		}
		s.server.ResetStats()
		for i, r := range s.end.Update(s.Context(), patches) {
			if e := pipeline.AsError(r.Err); (i == 3) != (e != nil) || e != nil && (e.Class != pipeline.Transient || e.MaybeDone) {
				s.Errorf("patch %d: %v", i, r.Err)
			}
		}
		if n := s.server.Stats().Requests["product.template.load"]; n != 2 {
			s.Errorf("updated in %d transactions, want 2", n)
		}
	})
}

// Loading an image takes its time: what was edited meanwhile is not written over.
func TestEditedWhileTheImageIsLoaded(t *testing.T) {
	everyRight(t, func(s *shop, _ bool) {
		keys := s.make(s.pictured(dot(1, 0), dot(1, 0))...)
		edit := func(values odoosim.Values, key pipeline.Key) func() {
			return func() {
				if err := s.as().Write("product.template", values, idOf(s, key)); err != nil {
					s.Error(err)
				}
			}
		}
		theirs := dot(9, 0)
		name := s.fetch(keys[0])[keys[0]].Fields["name"]
		receipts := s.end.Update(s.Context(), []pipeline.Patch{
			{
				Key: keys[0], Fields: withImage(pipeline.Values{"name": pipeline.Text("Ours")}, "a"), Before: pipeline.Values{"name": name, imageField: s.reference(keys[0])},
				Images: map[string]pipeline.Image{imageField: carried{data: dot(2, 0), read: edit(odoosim.Values{"name": "Theirs"}, keys[0])}},
			},
			{
				Key: keys[1], Fields: pipeline.Values{imageField: source("b")}, Before: pipeline.Values{imageField: s.reference(keys[1])},
				Images: map[string]pipeline.Image{imageField: carried{
					data: dot(2, 0), read: edit(odoosim.Values{imageField: base64.StdEncoding.EncodeToString(theirs)}, keys[1]),
				}},
			},
		})
		for i, r := range receipts {
			if e := pipeline.AsError(r.Err); e == nil || e.Class != pipeline.Stale || e.Code != pipeline.CodeStale {
				s.Errorf("patch %d: %+v", i, r)
			}
		}
		if got := s.fetch(keys[0])[keys[0]].Fields["name"].AsText(); got != "Theirs" {
			s.Errorf("the name is %q", got)
		}
		s.shows("theirs", keys[1], theirs)
	})
}

// The bot's own user may be somebody else: where checksums can be read they tell.
func TestImageReplacedBehindOurBack(t *testing.T) {
	both(t, func(s *shop) {
		key := s.make(s.pictured(dot(1, 0))...)[0]
		s.after("update", func() {
			if err := s.server.As(odoosim.BotLogin).Write("product.template", odoosim.Values{imageField: base64.StdEncoding.EncodeToString(dot(9, 0))}, idOf(s, key)); err != nil {
				s.Error(err)
			}
		})
		if r := s.put(key, carried{data: dot(2, 0)}); r.Alone != strings.HasSuffix(s.Name(), "16") {
			s.Errorf("alone: %v", r.Alone)
		}
	})
}

func TestReadImageRefusals(t *testing.T) {
	everyRight(t, func(s *shop, checksums bool) {
		keys := s.make(s.pictured(dot(1, 0), dot(1, 0), dot(1, 0), dot(1, 0))...)
		reader := s.end.(pipeline.ImageReader)
		ref := s.reference(keys[0])
		if err := s.as().Write("product.template", odoosim.Values{imageField: base64.StdEncoding.EncodeToString(dot(1, 11_000_000))}, idOf(s, keys[3])); err != nil {
			s.Fatal(err)
		}
		large := s.reference(keys[3])
		s.put(keys[0], carried{data: dot(2, 0)})
		s.end.Update(s.Context(), []pipeline.Patch{{Key: keys[1], Fields: pipeline.Values{imageField: {}}}})
		s.end.Remove(s.Context(), keys[2:3], pipeline.Delete)
		for name, tt := range map[string]struct {
			key   pipeline.Key
			field string
			ref   pipeline.Value
			code  pipeline.Code
			class pipeline.Class
		}{
			"another image":    {keys[0], imageField, ref, pipeline.CodeStale, pipeline.Stale},
			"no image":         {keys[1], imageField, ref, pipeline.CodeStale, pipeline.Stale},
			"no product":       {keys[2], imageField, ref, pipeline.CodeRecordGone, pipeline.Stale},
			"no variant's own": {keys[0], imageField, pipeline.Text(ref.AsText() + ", the variant's own"), pipeline.CodeStale, pipeline.Stale},
			"too large":        {keys[3], imageField, large, pipeline.CodeImageSync, pipeline.Permanent},
			"no reference":     {keys[0], imageField, pipeline.Value{}, pipeline.CodeImageSync, pipeline.Permanent},
			"another field":    {keys[0], "image_128", ref, pipeline.CodeImageSync, pipeline.Permanent},
			"no key":           {"x", imageField, ref, pipeline.CodeImageSync, pipeline.Permanent},
		} {
			_, err := reader.ReadImage(s.Context(), tt.key, tt.field, tt.ref)
			if e := pipeline.AsError(err); e == nil || e.Code != tt.code || e.Class != tt.class {
				s.Errorf("%s: %+v, checksums %v", name, e, checksums)
			}
		}
	})
}

// Invariant 3: a product and its image are made in one transaction, and a creation whose answer was lost is
// found with both.
func TestCreationWithImageWhoseAnswerIsLost(t *testing.T) {
	both(t, func(s *shop) {
		data := dot(1, 0)
		drafts := s.pictured(data)
		s.server.Order(odoosim.Rule{Method: "load", Times: 1, Effect: odoosim.DropAfter})
		if e := pipeline.AsError(s.end.Create(s.Context(), drafts)[0].Err); e == nil || !e.MaybeDone {
			s.Fatalf("%+v", e)
		}
		keys, err := s.end.Settle(s.Context(), drafts)
		if err != nil || keys[0] == "" {
			s.Fatal(keys, err)
		}
		s.shows("settled", keys[0], data)
		if again := s.make(drafts...); again[0] != keys[0] {
			s.Errorf("made twice: %v, %v", keys, again)
		}
	})
}

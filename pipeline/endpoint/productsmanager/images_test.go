package productsmanager_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

const mainImage = "images[0].url"

// inside allows images of this machine.
func inside(s *productsmanager.Settings) { s.Images = &productsmanager.Images{AllowPrivate: true} }

// photo returns a PNG in one colour.
func photo(t testing.TB, c color.NRGBA) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 24, 16))
	for i := range m.Pix {
		m.Pix[i] = [4]uint8{c.R, c.G, c.B, 255}[i%4]
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func red(t testing.TB) []byte   { return photo(t, color.NRGBA{R: 200}) }
func green(t testing.TB) []byte { return photo(t, color.NRGBA{G: 200}) }
func blue(t testing.TB) []byte  { return photo(t, color.NRGBA{B: 200}) }

// store is a media store: it serves what is put into it.
type store struct {
	*httptest.Server
	data sync.Map // of bytes, by path
}

func newStore(t testing.TB) *store {
	s := &store{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := s.data.Load(r.URL.Path)
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data.([]byte))
	}))
	t.Cleanup(s.Close)
	return s
}

// put keeps an image under a name; nil keeps none, but gives its address.
func (s *store) put(name string, data []byte) stored {
	if data != nil {
		s.data.Store("/"+name, data)
	}
	return stored{address: s.URL + "/" + name}
}

// serve keeps an image under a name of its content, and returns its address.
func (s *store) serve(_ *testing.T, data []byte, _ string) string {
	return s.put(fmt.Sprintf("%x.png", sha256.Sum256(data)), data).address
}

// editImage gives a product another image as shop staff do, by the id or the EAN.
func (s *shop) editImage(t *testing.T, key pipeline.Key, data []byte) {
	t.Helper()
	id, err := s.Refer(string(key))
	if err != nil {
		id = string(key)
	}
	var images [][]byte
	if data != nil {
		images = [][]byte{data}
	}
	if err := s.SetImages(id, images...); err != nil {
		t.Fatal(err)
	}
}

// stored is an image on its way to Products Manager.
type stored struct {
	address string
	err     error
}

func (s stored) Bytes(context.Context) ([]byte, string, error) {
	return nil, "", errors.New("Products Manager takes addresses")
}
func (s stored) Address(context.Context) (string, error) { return s.address, s.err }
func (s stored) Change() string                          { return "" }

// from is what a mutation holds of an image that comes from elsewhere.
func from(key string) pipeline.Value {
	return pipeline.ImageSource{Source: "erp", Key: pipeline.Key(key), Field: "image_1920", Ref: pipeline.Text("81 kB")}.Value()
}

func patch(key pipeline.Key, img pipeline.Image, fields pipeline.Values) pipeline.Patch {
	p := pipeline.Patch{Key: key, Fields: pipeline.Values{mainImage: from("1")}, Images: map[string]pipeline.Image{mainImage: img}}
	for name, v := range fields {
		p.Fields[name] = v
	}
	return p
}

// shows tells which of the colours a JPEG is of.
func shows(t testing.TB, data []byte) string {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := m.At(5, 5).RGBA()
	switch {
	case r > g && r > b:
		return "red"
	case g > b:
		return "green"
	}
	return "blue"
}

// holds returns what the product's images show in PM, in order.
func (s *shop) holds(t testing.TB, id string) string {
	t.Helper()
	var colours []string
	for i := 0; ; i++ {
		data, ok := s.Image(id, i)
		if !ok {
			return strings.Join(colours, " ")
		}
		colours = append(colours, shows(t, data))
	}
}

// surfaces are the three APIs, each with its server and how it calls a product.
func surfaces(t *testing.T, test func(t *testing.T, s *shop, end pipeline.Endpoint, key func(id string) pipeline.Key)) {
	for api, config := range map[string]pmsim.Config{
		"app": {}, "app, images as objects in summaries": {ImageObjects: true, SummaryItems: true}, "public": {Public: true}, "windev": {},
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, config)
			api, _, _ := strings.Cut(api, ",")
			end := s.open(t, func(set *productsmanager.Settings) { inside(set); set.API = api })
			test(t, s, end, func(id string) pipeline.Key {
				if api == "app" {
					return pipeline.Key(id)
				}
				p, _ := s.Get(id)
				return pipeline.Key(p.Text("ean"))
			})
		})
	}
}

func (s *shop) product(t testing.TB, images ...[]byte) string {
	t.Helper()
	p, err := s.Create(pmsim.Fields{"title": "Tea", "ean": "4006381333931"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetImages(p.ID, images...); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func fetchImage(t testing.TB, end pipeline.Endpoint, key pipeline.Key) pipeline.Value {
	t.Helper()
	records, err := end.Fetch(t.Context(), []pipeline.Key{key}, []string{mainImage})
	if err != nil || len(records) != 1 {
		t.Fatalf("%v, %v", records, err)
	}
	return records[0].Fields[mainImage]
}

func readImage(t testing.TB, end pipeline.Endpoint, key pipeline.Key, ref pipeline.Value) ([]byte, error) {
	t.Helper()
	return end.(pipeline.ImageReader).ReadImage(t.Context(), key, mainImage, ref)
}

func TestImageIsReadByItsReference(t *testing.T) {
	surfaces(t, func(t *testing.T, s *shop, end pipeline.Endpoint, key func(string) pipeline.Key) {
		id := s.product(t)
		k := key(id)
		if ref := fetchImage(t, end, k); !ref.IsNull() {
			t.Errorf("a product without an image has %v", ref)
		}
		if err := s.SetImages(id, red(t), green(t)); err != nil {
			t.Fatal(err)
		}
		ref := fetchImage(t, end, k)
		data, err := readImage(t, end, k, ref)
		if err != nil || shows(t, data) != "red" {
			t.Fatalf("%s: %v", ref, err)
		}
		for name, other := range map[string]pipeline.Value{"none": {}, "another": pipeline.Text("http://elsewhere/a.jpg")} {
			if _, err := readImage(t, end, k, other); pipeline.ClassOf(err) != pipeline.Stale {
				t.Errorf("%s: %v, want stale", name, err)
			}
		}
		if err := s.SetImages(id, blue(t)); err != nil {
			t.Fatal(err)
		}
		if _, err := readImage(t, end, k, ref); pipeline.ClassOf(err) != pipeline.Stale || !strings.Contains(err.Error(), "another image") {
			t.Errorf("an image that was replaced: %v", err)
		}
		if err := s.Trash(id); err != nil {
			t.Fatal(err)
		}
		if _, err := readImage(t, end, k, ref); pipeline.ClassOf(err) != pipeline.Stale {
			t.Errorf("a product in the trash: %v", err)
		}
		if n := s.requests()["image"]; n != 1 {
			t.Errorf("%d images were downloaded", n)
		}
	})
}

func TestImageIsWritten(t *testing.T) {
	surfaces(t, func(t *testing.T, s *shop, end pipeline.Endpoint, key func(string) pipeline.Key) {
		media := newStore(t)
		id := s.product(t, red(t), green(t))
		k := key(id)
		before := fetchImage(t, end, k)
		write := func(p pipeline.Patch) pipeline.Receipt {
			t.Helper()
			s.clock.advance(time.Minute)
			r := end.Update(t.Context(), []pipeline.Patch{p})[0]
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			if got := fetchImage(t, end, k); !got.Equal(r.Record.Fields[mainImage]) {
				t.Errorf("the receipt says %v, a read %v", r.Record.Fields[mainImage], got)
			}
			return r
		}
		p := patch(k, media.put("blue.png", blue(t)), pipeline.Values{"title": pipeline.Text("New")})
		p.Before = pipeline.Values{mainImage: before}
		r := write(p)
		if got := s.holds(t, id); got != "blue green" || r.Record.Fields["title"].AsText() != "New" || !r.Alone {
			t.Errorf("PM holds %s; %+v", got, r)
		}
		data, err := readImage(t, end, k, r.Record.Fields[mainImage])
		if err != nil || shows(t, data) != "blue" {
			t.Errorf("what the receipt names cannot be read: %v", err)
		}
		// Without the first, the next becomes the first: an edit to whoever meant none.
		none := pipeline.Patch{Key: k, Fields: pipeline.Values{mainImage: {}}, Before: pipeline.Values{mainImage: r.Record.Fields[mainImage]}}
		r = write(none)
		if got := s.holds(t, id); got != "green" || r.Alone || r.Record.Fields[mainImage].IsNull() {
			t.Errorf("PM holds %s; %+v", got, r)
		}
		none.Before[mainImage] = r.Record.Fields[mainImage]
		r = write(none)
		if got := s.holds(t, id); got != "" || !r.Alone || !r.Record.Fields[mainImage].IsNull() {
			t.Errorf("PM holds %s; %+v", got, r)
		}
		none.Before[mainImage] = pipeline.Value{}
		write(none) // there is none already
	})
}

func TestImageOfANewProduct(t *testing.T) {
	surfaces(t, func(t *testing.T, s *shop, end pipeline.Endpoint, _ func(string) pipeline.Key) {
		media := newStore(t)
		drafts := make([]pipeline.Draft, 3)
		for i := range drafts {
			drafts[i] = s.draft(i)
			delete(drafts[i].Fields, "sku") // one of the APIs has none
			drafts[i].Match = []string{"ean"}
			drafts[i].Fields[mainImage] = from(fmt.Sprint(i))
			drafts[i].Images = map[string]pipeline.Image{mainImage: media.put(fmt.Sprint(i, ".png"), red(t))}
		}
		drafts[1].Images[mainImage] = media.put("none.png", nil)
		drafts[2].Images[mainImage] = stored{err: &pipeline.Error{Code: pipeline.CodeImageSync, Message: "it is broken"}}
		r := end.Create(t.Context(), drafts)
		if r[0].Err != nil || s.holds(t, s.Products()[0].ID) != "red" {
			t.Fatalf("%+v", r[0])
		}
		if got := fetchImage(t, end, r[0].Key); got.IsNull() || !got.Equal(r[0].Record.Fields[mainImage]) {
			t.Errorf("the receipt says %v, a read %v", r[0].Record.Fields[mainImage], got)
		}
		for i, says := range map[int]string{1: "404", 2: "it is broken"} {
			if e := pipeline.AsError(r[i].Err); e == nil || e.Code != pipeline.CodeImageSync || e.Class != pipeline.Permanent || !strings.Contains(e.Message, says) {
				t.Errorf("draft %d: %+v, want %q", i, r[i], says)
			}
		}
		if s.Len() != 1 {
			t.Errorf("%d products", s.Len())
		}
	})
}

// An image that was replaced in Products Manager while ours went to the store is not written over.
func TestImageThatMovedIsLeft(t *testing.T) {
	surfaces(t, func(t *testing.T, s *shop, end pipeline.Endpoint, key func(string) pipeline.Key) {
		media := newStore(t)
		id := s.product(t, red(t))
		k := key(id)
		p := patch(k, media.put("blue.png", blue(t)), nil)
		p.Before = pipeline.Values{mainImage: fetchImage(t, end, k)}
		if err := s.SetImages(id, green(t)); err != nil {
			t.Fatal(err)
		}
		for _, p := range []pipeline.Patch{p, {Key: k, Fields: pipeline.Values{mainImage: {}}, Before: p.Before}} {
			if r := end.Update(t.Context(), []pipeline.Patch{p})[0]; pipeline.ClassOf(r.Err) != pipeline.Stale {
				t.Errorf("%+v, want stale", r)
			}
		}
		if got := s.holds(t, id); got != "green" {
			t.Errorf("PM holds %s", got)
		}
	})
}

// What is no image for Products Manager, or cannot be fetched by it, fails its own record by the image's code.
func TestImageIsRefused(t *testing.T) {
	surfaces(t, func(t *testing.T, s *shop, end pipeline.Endpoint, key func(string) pipeline.Key) {
		media := newStore(t)
		k := key(s.product(t, red(t)))
		for name, img := range map[string]pipeline.Image{
			"not there": media.put("none.png", nil), "a page": media.put("page", []byte("<html>")),
			"too large": media.put("large.png", append(red(t), make([]byte, 10_000_000)...)),
			"unread":    stored{err: &pipeline.Error{Code: pipeline.CodeImageSync, Message: "unread"}},
		} {
			r := end.Update(t.Context(), []pipeline.Patch{patch(k, img, nil)})[0]
			if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeImageSync || e.Class != pipeline.Permanent || e.MaybeDone {
				t.Errorf("%s: %+v", name, r)
			}
		}
		r := end.Update(t.Context(), []pipeline.Patch{{Key: k, Fields: pipeline.Values{mainImage: from("1")}}})[0]
		if r.Err == nil {
			t.Error("an image that nobody carries was written")
		}
	})
}

// deaf is a server that drops the images of writes, as one that does not know the field, until it hears.
func (s *shop) deaf(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var object map[string]any
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		if decoder.Decode(&object) == nil {
			delete(object, "images")
			body, _ = json.Marshal(object)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + pmsim.BasePath
}

func TestImageThatIsNotTaken(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	address := s.deaf(t)
	end := s.open(t, func(set *productsmanager.Settings) { inside(set); set.URL = address })
	media := newStore(t)
	with, without := s.product(t, red(t)), ""
	if p, err := s.Create(pmsim.Fields{"title": "Coffee"}); err == nil {
		without = p.ID
	}
	for id, says := range map[string]string{with: "still shows the former one", without: "shows none"} {
		r := end.Update(t.Context(), []pipeline.Patch{patch(pipeline.Key(id), media.put("blue.png", blue(t)), pipeline.Values{"title": pipeline.Text("New")})})[0]
		if e := pipeline.AsError(r.Err); e == nil || e.Code != pipeline.CodeImageSync || e.Class != pipeline.Permanent || !strings.Contains(e.Message, says) {
			t.Errorf("%+v, want %q", r, says)
		}
	}
	d := s.draft(1)
	d.Fields[mainImage], d.Images = from("1"), map[string]pipeline.Image{mainImage: media.put("blue.png", blue(t))}
	if r := create(t, end, d); !r.Record.Fields[mainImage].IsNull() {
		t.Errorf("the product is made, and shows no image: %+v", r)
	}
}

// Products Manager may fetch an image after it answered: the reference changes, the image does not.
func TestImageFetchedLater(t *testing.T) {
	s := newShop(t, pmsim.Config{Images: pmsim.ImagesLater})
	media := newStore(t)
	id := s.product(t, red(t), green(t))
	end := s.open(t, inside)
	sent := media.put("blue.png", blue(t))
	r := end.Update(t.Context(), []pipeline.Patch{patch(pipeline.Key(id), sent, nil)})[0]
	if r.Err != nil || r.Record.Fields[mainImage].AsText() != sent.address {
		t.Fatalf("%+v", r)
	}
	data, err := readImage(t, end, pipeline.Key(id), r.Record.Fields[mainImage])
	if err != nil || !bytes.Equal(data, blue(t)) {
		t.Errorf("it is not read from the store: %v", err)
	}
	s.clock.advance(time.Minute)
	if err := s.FetchImages(t.Context()); err != nil {
		t.Fatal(err)
	}
	ref := fetchImage(t, end, pipeline.Key(id))
	data, err = readImage(t, end, pipeline.Key(id), ref)
	if err != nil || shows(t, data) != "blue" || ref.Equal(r.Record.Fields[mainImage]) || s.holds(t, id) != "blue green" {
		t.Errorf("afterwards %s: %v", ref, err)
	}
}

// Where images are read from is for the configuration to say, not for the data.
func TestImagesFromElsewhere(t *testing.T) {
	media := newStore(t)
	media.put("a.png", red(t))
	jump := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound))
	t.Cleanup(jump.Close)
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(release) })
	much := append(red(t), make([]byte, 1<<20)...)
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(much); err != nil {
				return
			}
		}
	}))
	t.Cleanup(endless.Close)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write([]byte("<html>sign in"))
	}))
	t.Cleanup(page.Close)
	byName := func(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }
	for name, c := range map[string]struct {
		address string
		images  *productsmanager.Images
		media   []string
		says    string // "": it is read
	}{
		"this machine, by default":     {media.URL + "/a.png", nil, nil, "this machine"},
		"this machine, by its name":    {byName(media.URL) + "/a.png", &productsmanager.Images{Hosts: []string{"localhost"}}, nil, "this machine"},
		"this machine, allowed":        {media.URL + "/a.png", &productsmanager.Images{AllowPrivate: true}, nil, ""},
		"with a query":                 {media.URL + "/a.png?X-Amz-Signature=1", &productsmanager.Images{AllowPrivate: true}, nil, ""},
		"another host":                 {byName(media.URL) + "/a.png", &productsmanager.Images{AllowPrivate: true}, nil, "not allowed"},
		"the store's host":             {byName(media.URL) + "/a.png", &productsmanager.Images{AllowPrivate: true}, []string{"localhost"}, ""},
		"hosts are written":            {media.URL + "/a.png", &productsmanager.Images{AllowPrivate: true, Hosts: []string{"media.example.com"}}, []string{"127.0.0.1"}, "not allowed"},
		"link-local":                   {"http://169.254.169.254/latest/", &productsmanager.Images{Hosts: []string{"169.254.169.254"}}, nil, "inside the network"},
		"link-local, by a redirect":    {jump.URL + "/a.png", &productsmanager.Images{AllowPrivate: true}, nil, "redirects to http://169.254.169.254"},
		"too slow":                     {slow.URL + "/a.png", &productsmanager.Images{AllowPrivate: true}, nil, "did not come within"},
		"without end":                  {endless.URL + "/a.png", &productsmanager.Images{AllowPrivate: true}, nil, "more than 10.0 MB"},
		"larger than the setting says": {media.URL + "/a.png", &productsmanager.Images{AllowPrivate: true, MaxSize: 50}, nil, "more than"},
		"not what its type says":       {page.URL + "/a.png", &productsmanager.Images{AllowPrivate: true}, nil, "a web page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, pmsim.Config{})
			p, err := s.Create(pmsim.Fields{"title": "Tea", "images": []string{c.address}})
			if err != nil {
				t.Fatal(err)
			}
			s.mediaHosts = c.media
			end := s.open(t, func(set *productsmanager.Settings) {
				set.Images = c.images
				if name == "too slow" {
					set.Timeout = 3 * time.Second // also of the request for the product
				}
			})
			ref := fetchImage(t, end, pipeline.Key(p.ID))
			data, err := readImage(t, end, pipeline.Key(p.ID), ref)
			if c.says == "" {
				if err != nil || !bytes.Equal(data, red(t)) {
					t.Errorf("%d bytes, %v", len(data), err)
				}
				return
			}
			e := pipeline.AsError(err)
			if e == nil || e.Code != pipeline.CodeImageSync || e.Class != pipeline.Permanent || !strings.Contains(e.Message, c.says) || e.Remedy == "" {
				t.Errorf("%+v, want an error of the record saying %q", err, c.says)
			}
			judged := end.(pipeline.ImageJudge).JudgeImage(mainImage, ref)
			if notAllowed := c.says == "not allowed"; notAllowed != (judged != nil) || notAllowed && judged.Error() != e.Error() {
				t.Errorf("by its address alone: %v", judged)
			}
		})
	}
}

// A presigned address changes all the time, and its image does not.
func TestPresignedAddressesAreOneReference(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	media := newStore(t)
	media.put("a.png", red(t))
	p, err := s.Create(pmsim.Fields{"title": "Tea", "images": []string{media.URL + "/a.png?X-Amz-Date=1"}})
	if err != nil {
		t.Fatal(err)
	}
	end := s.open(t, inside)
	ref := fetchImage(t, end, pipeline.Key(p.ID))
	if _, err := s.Edit(p.ID, pmsim.Fields{"images": []string{media.URL + "/a.png?X-Amz-Date=2"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ref, fetchImage(t, end, pipeline.Key(p.ID))); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
	if _, err := readImage(t, end, pipeline.Key(p.ID), ref); err != nil {
		t.Error(err)
	}
}

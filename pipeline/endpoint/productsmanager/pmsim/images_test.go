package pmsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// picture returns a PNG of that many pixels, 20 high, in one colour, half of it transparent.
func picture(t *testing.T, width int, c color.NRGBA) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, 20))
	for y := range 10 {
		for x := range width {
			m.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// files serves bytes by path.
func files(t *testing.T, byPath map[string][]byte) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// image gets an image that the server serves, which must be a JPEG.
func (c *client) image(address string) image.Config {
	c.t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	config, err := jpeg.DecodeConfig(resp.Body)
	if err != nil || resp.Header.Get("Content-Type") != "image/jpeg" {
		c.t.Fatalf("%s: %s %v", address, resp.Status, err)
	}
	return config
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		s, _ := e.(string)
		out = append(out, s)
	}
	return out
}

func TestImagesAreTakenAndServed(t *testing.T) {
	red := color.NRGBA{R: 255, A: 255}
	from := files(t, map[string][]byte{"/large.png": picture(t, 2400, red), "/small.png": picture(t, 40, red)})
	for name, public := range map[string]bool{"app": false, "public": true} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t, Config{Public: public})
			g := c.do("POST", "/products", Fields{"title": "Tea", "ean": "4006381333931", "images": []string{from + "/large.png", from + "/small.png"}}, 201)
			list := texts(g.at("images"))
			id := s.Products()[0].ID
			start := strings.TrimSuffix(c.url, BasePath) + "/media/products/" + id[:2] + "/" + id + "/"
			if len(list) != 2 || !strings.HasPrefix(list[0], start) || !strings.HasPrefix(list[1], start) || list[0] == list[1] {
				t.Fatalf("images are at %v, want them below %s", list, start)
			}
			for address, want := range map[string]int{
				list[0]: 2000, list[1]: 40, strings.Replace(list[0], ".jpg", "_small.jpg", 1): 150,
				strings.Replace(list[0], ".jpg", "_medium.jpg", 1): 300, strings.Replace(list[0], ".jpg", "_large.jpg", 1): 800,
			} {
				if got := c.image(address); got.Width != want {
					t.Errorf("%s: %d × %d", address, got.Width, got.Height)
				}
			}
			path := "/products/" + id
			if public {
				path = "/products/4006381333931"
			}
			method := map[bool]string{true: "PATCH", false: "PUT"}[public]
			got := texts(c.do(method, path, Fields{"images": []string{list[1], list[0]}}, 200).at("images"))
			if fmt.Sprint(got) != fmt.Sprint([]string{list[1], list[0]}) {
				t.Errorf("own addresses sent back gave %v", got)
			}
			if g := c.do("GET", path, nil, 200); fmt.Sprint(texts(g.at("images"))) != fmt.Sprint(got) {
				t.Errorf("read back %v", g.at("images"))
			}
		})
	}
}

// What was transparent is white.
func TestImagesAreFlat(t *testing.T) {
	s, _ := start(t, Config{})
	p, err := s.Create(Fields{"title": "Tea"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetImages(p.ID, picture(t, 40, color.NRGBA{R: 255, A: 255}), picture(t, 16, color.NRGBA{A: 255})); err != nil {
		t.Fatal(err)
	}
	data, ok := s.Image(p.ID, 0)
	m, err := jpeg.Decode(bytes.NewReader(data))
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if r, g, b, _ := m.At(20, 18).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
		t.Errorf("what was transparent is %d, %d, %d", r>>8, g>>8, b>>8)
	}
	if _, ok := s.Image(p.ID, 2); ok {
		t.Error("two images, and a third")
	}
}

func TestImagesAreRefused(t *testing.T) {
	from := files(t, map[string][]byte{
		"/page": []byte("<html>"), "/big.png": append(picture(t, 8, color.NRGBA{A: 255}), make([]byte, 10_000_001)...),
		"/broken.png": picture(t, 40, color.NRGBA{A: 255})[:60], "/good.png": picture(t, 40, color.NRGBA{A: 255}),
	})
	for name, c := range map[string]struct {
		config Config
		image  any
		says   string
	}{
		"a page":           {Config{}, from + "/page", "a web page"},
		"too large":        {Config{}, from + "/big.png", "more than 10.0 MB"},
		"broken":           {Config{}, from + "/broken.png", "cannot be read"},
		"not there":        {Config{}, from + "/none.png", "404"},
		"nobody there":     {Config{}, "http://127.0.0.1:1/a.png", "nobody listens"},
		"inside":           {Config{RefusePrivateImages: true}, from + "/good.png", "this machine"},
		"inside, by name":  {Config{RefusePrivateImages: true}, strings.Replace(from, "127.0.0.1", "localhost", 1) + "/good.png", "this machine"},
		"of another entry": {Config{}, map[string]any{"src": from + "/page"}, "a web page"},
	} {
		t.Run(name, func(t *testing.T) {
			s, client := start(t, c.config)
			g := client.do("POST", "/products", Fields{"title": "Tea", "images": []any{c.image}}, 422)
			if !strings.Contains(string(g.raw), c.says) || !strings.Contains(string(g.raw), "body.images.0") || s.Len() != 0 {
				t.Errorf("%d products; answered %s, want %q", s.Len(), g.raw, c.says)
			}
		})
	}
	s, client := start(t, Config{})
	many := make([]string, 21)
	for i := range many {
		many[i] = from + "/good.png"
	}
	client.do("POST", "/products", Fields{"title": "Tea", "images": many}, 422)
	client.do("POST", "/products", Fields{"title": "Tea", "images": []string{"no address"}}, 422)
	if s.Len() != 0 {
		t.Error("a refused product was made")
	}
}

// In a batch, an image fails its own item.
func TestImagesInBatches(t *testing.T) {
	from := files(t, map[string][]byte{"/a.png": picture(t, 40, color.NRGBA{A: 255})})
	s, c := start(t, Config{})
	c.head.Set("X-API-Key", DefaultAPIKey)
	g := c.do("POST", "/windev/products/sync", Fields{"items": []Fields{
		{"name": "a", "ean": "4006381333931", "images": []string{from + "/a.png"}},
		{"name": "b", "ean": "4006381333948", "images": []string{from + "/none.png"}},
	}}, 200)
	if g.at("data", 0, "status") != "created" || g.at("data", 1, "status") != "error" || !strings.Contains(fmt.Sprint(g.at("data", 1, "message")), "404") {
		t.Errorf("answered %s", g.raw)
	}
	if _, ok := s.Image(s.Products()[0].ID, 0); !ok || s.Len() != 1 {
		t.Errorf("%d products", s.Len())
	}
	g = c.do("PATCH", "/windev/products/4006381333931", Fields{"images": []string{}}, 200)
	if list := texts(g.at("data", "images")); len(list) != 0 {
		t.Errorf("removed, and still %v", list)
	}
}

func TestImagesFetchedLater(t *testing.T) {
	from := files(t, map[string][]byte{"/a.png": picture(t, 40, color.NRGBA{A: 255})})
	s, c := start(t, Config{Images: ImagesLater, ImageObjects: true})
	g := c.do("POST", "/products", Fields{"title": "Tea", "images": []string{from + "/a.png", from + "/none.png"}}, 201)
	if g.at("images", 0, "url") != from+"/a.png" {
		t.Fatalf("answered %s", g.raw)
	}
	if err := s.FetchImages(t.Context()); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("an image that is not there: %v", err)
	}
	g = c.do("GET", fmt.Sprint("/products/", g.at("id")), nil, 200)
	address := fmt.Sprint(g.at("images", 0, "url"))
	if c.image(address).Width != 40 || c.image(fmt.Sprint(g.at("images", 0, "thumbnails", "small"))).Width != 40 {
		t.Errorf("it is at %s", address)
	}
	if g.at("images", 1, "url") != from+"/none.png" || g.at("images", 1, "thumbnails") != nil {
		t.Errorf("the other: %v", g.at("images", 1))
	}
}

func TestImagesKept(t *testing.T) {
	s, c := start(t, Config{Images: ImagesKept})
	g := c.do("POST", "/products", Fields{"title": "Tea", "images": []string{"https://elsewhere.example/a.jpg"}}, 201)
	if list := texts(g.at("images")); len(list) != 1 || list[0] != "https://elsewhere.example/a.jpg" {
		t.Errorf("answered %s", g.raw)
	}
	if _, ok := s.Image(s.Products()[0].ID, 0); ok {
		t.Error("it was fetched")
	}
}

// Images survive a restart, also on another port.
func TestImagesAreKeptInTheFolder(t *testing.T) {
	config := Config{Dir: t.TempDir()}
	first := New(config)
	p, err := first.Create(Fields{"title": "Tea"})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.SetImages(p.ID, picture(t, 40, color.NRGBA{A: 255})); err != nil {
		t.Fatal(err)
	}
	_, c := start(t, config)
	list := texts(c.do("GET", "/products/"+p.ID, nil, 200).at("images"))
	if len(list) != 1 || c.image(list[0]).Width != 40 {
		t.Errorf("images are at %v", list)
	}
	for _, path := range []string{"/media/products/xx/" + p.ID + "/none.jpg", "/media/products/" + p.ID[:2] + "/" + p.ID + "/..%2Fproducts.json"} {
		resp, err := http.Get(strings.TrimSuffix(c.url, BasePath) + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestUpload(t *testing.T) {
	s, c := start(t, Config{})
	p, err := s.Create(Fields{"title": "Tea", "ean": "4006381333931"})
	if err != nil {
		t.Fatal(err)
	}
	upload := func(data []byte, fields map[string]string, status int) got {
		t.Helper()
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		if data != nil {
			part, err := form.CreateFormFile("file", "tea.png")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write(data)
		}
		for name, value := range fields {
			_ = form.WriteField(name, value)
		}
		_ = form.Close()
		c.head.Set("Content-Type", form.FormDataContentType())
		defer c.head.Del("Content-Type")
		return c.do("POST", "/media/upload", b.String(), status)
	}
	second := upload(picture(t, 40, color.NRGBA{A: 255}), map[string]string{"product_id": p.ID}, 201)
	first := upload(picture(t, 50, color.NRGBA{A: 255}), map[string]string{"product_id": "4006381333931", "is_primary": "true"}, 201)
	if first.at("is_primary") != true || first.at("width") != json.Number("50") {
		t.Errorf("answered %s", first.raw)
	}
	list := texts(c.do("GET", "/products/"+p.ID, nil, 200).at("images"))
	if fmt.Sprint(list) != fmt.Sprint([]any{first.at("storage_url"), second.at("storage_url")}) {
		t.Errorf("images are at %v", list)
	}
	if c.image(list[0]).Width != 50 {
		t.Error("not what was uploaded")
	}
	upload([]byte("<html>"), nil, 422)
	upload(nil, map[string]string{"product_id": p.ID}, 422)
	upload(picture(t, 40, color.NRGBA{A: 255}), map[string]string{"product_id": "none"}, 404)
	if upload(picture(t, 40, color.NRGBA{A: 255}), nil, 201).at("product_id") != nil {
		t.Error("an image of no product")
	}
	if n := s.Counts().Updated; n != 2 {
		t.Errorf("%d writes were counted", n)
	}
}

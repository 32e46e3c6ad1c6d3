package pmsim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim/catalogue"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

// ImageFetch says what becomes of the addresses of images that clients write.
type ImageFetch uint8

// What may become of them. Addresses that staff write by the store's own methods stay as they are.
const (
	ImagesAtOnce ImageFetch = iota // fetched before the answer; a failure refuses the write
	ImagesLater                    // kept as they came until FetchImages is called
	ImagesKept                     // never fetched
)

const (
	// ownImage is how the store holds the address of an image of the gallery: the one that clients see has the
	// server's address and the product's id in it.
	ownImage = "http://gallery.invalid/"
	// mediaPath is where images are served, outside of the versioned API.
	mediaPath = "/media/products/"
	// imageTimeout is how long an image may take to come.
	imageTimeout = 10 * time.Second
)

// takeImages brings the images of a write into the gallery, as far as Config.Images says, and puts what the store
// is to hold in the place of their addresses. What is wrong with the list itself is the store's to tell.
func (c *call) takeImages(fields Fields) error {
	list, ok := fields["images"].([]any)
	if !ok || len(list) > catalogue.MaxImages {
		return nil
	}
	taken := slices.Clone(list)
	for i, entry := range list {
		address := catalogue.ImageAddress(entry)
		if name, own := c.ownName(address); own {
			taken[i] = ownImage + name
			continue
		}
		if c.server.config.Images != ImagesAtOnce || address == "" {
			continue
		}
		name, err := c.server.fetchImage(c.Context(), address)
		if err != nil {
			return unprocessable(catalogue.Problem{
				Field: fmt.Sprintf("images.%d", i), Type: "value_error",
				Message: fmt.Sprintf("Image %d could not be taken: %v", i+1, err),
			})
		}
		taken[i] = ownImage + name
	}
	fields["images"] = taken
	return nil
}

// fetchImage brings the image at an address into the gallery.
func (s *Server) fetchImage(ctx context.Context, address string) (name string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("no address")
	}
	d := download.New(download.Options{
		Hosts: []string{u.Hostname()}, AllowPrivate: !s.config.RefusePrivateImages, Timeout: imageTimeout,
	})
	defer d.Close()
	data, err := d.Fetch(ctx, address)
	if err != nil {
		return "", errors.New(pipeline.AsError(err).Message)
	}
	return s.gallery.Add(data)
}

// FetchImages fetches, in the products of all accounts, the images whose addresses came from elsewhere: what
// ImagesLater leaves to be done. The products count as edited. An image that cannot be fetched keeps its
// address, and is in the error.
func (s *Server) FetchImages(ctx context.Context) error {
	s.mu.Lock()
	stores := make([]*catalogue.Store, 0, len(s.tenants))
	for _, store := range s.tenants {
		stores = append(stores, store)
	}
	s.mu.Unlock()
	var failed error
	for _, store := range stores {
		for _, p := range store.Products() {
			list, _ := p.Fields["images"].([]any)
			fetched := slices.Clone(list)
			for i, address := range list {
				if isOwn(address) {
					continue
				}
				name, err := s.fetchImage(ctx, catalogue.ImageAddress(address))
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				fetched[i] = ownImage + name
			}
			if slices.Equal(list, fetched) {
				continue
			}
			if _, err := store.Edit(p.ID, Fields{"images": fetched}); err != nil {
				failed = errors.Join(failed, err)
			}
		}
	}
	return failed
}

// ownName returns the name of the gallery's image that this server serves at an address.
func (c *call) ownName(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host != c.Host {
		return "", false
	}
	path, own := strings.CutPrefix(u.Path, mediaPath)
	parts := strings.Split(path, "/")
	if !own || len(parts) != 3 {
		return "", false
	}
	name := strings.TrimSuffix(parts[2], ".jpg")
	return name, c.server.gallery.Has(name)
}

// showImages returns a product, whose fields may be shared, with the addresses that clients see.
func (c *call) showImages(p Product) Product {
	list, _ := p.Fields["images"].([]any)
	if !slices.ContainsFunc(list, isOwn) {
		return p
	}
	shown := slices.Clone(list)
	for i, address := range list {
		text, _ := address.(string)
		if name, own := strings.CutPrefix(text, ownImage); own {
			shown[i] = "http://" + c.Host + mediaPath + p.ID[:min(2, len(p.ID))] + "/" + p.ID + "/" + name + ".jpg"
		}
	}
	p.Fields = maps.Clone(p.Fields)
	p.Fields["images"] = shown
	return p
}

func isOwn(address any) bool {
	text, _ := address.(string)
	return strings.HasPrefix(text, ownImage)
}

// serveImage serves an image of the gallery, or a thumbnail of it (NAME_small.jpg), to everybody.
func (s *Server) serveImage(w http.ResponseWriter, req *http.Request) {
	s.counts.request("GET " + mediaPath)
	name, isJPEG := strings.CutSuffix(req.PathValue("file"), ".jpg")
	var data []byte
	var found bool
	if name, size, isThumbnail := strings.Cut(name, "_"); isThumbnail {
		data, found = s.gallery.Thumbnail(name, size)
	} else {
		data, found = s.gallery.Get(name)
	}
	if !found || !isJPEG || !strings.HasPrefix(req.PathValue("id"), req.PathValue("shard")) {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(data) // a client that has gone is no matter of the server's
}

// SetImages gives a product these images in the place of all that it has, as staff do by uploading files.
func (s *Server) SetImages(id string, images ...[]byte) error {
	list := make([]any, len(images))
	for i, data := range images {
		name, err := s.gallery.Add(data)
		if err != nil {
			return err
		}
		list[i] = ownImage + name
	}
	_, err := s.Edit(id, Fields{"images": list})
	return err
}

// Image returns the image of a product at that place of its list, the main one at 0, as it is served; false
// where there is none that was fetched or uploaded.
func (s *Server) Image(id string, place int) ([]byte, bool) {
	p, ok := s.Get(id)
	list, _ := p.Fields["images"].([]any)
	if !ok || place >= len(list) {
		return nil, false
	}
	text, _ := list[place].(string)
	name, own := strings.CutPrefix(text, ownImage)
	if !own {
		return nil, false
	}
	return s.gallery.Get(name)
}

package product

import (
	"net/url"

	"github.com/tandem-sync/tandem/pipeline"
)

// MainImage is the field of the image that a shop shows first. Its value is the image's address without its
// query, see download.Identity.
const MainImage = "images[0].url"

// LongestSide is how many pixels a side the server keeps of an image.
const LongestSide = 2000

// Images returns the addresses of the product's images, the main one first, as the server gave them: with the
// query of a presigned address.
func (p Product) Images() []string {
	var addresses []string
	for _, entry := range images(p["images"]).AsList() {
		addresses = append(addresses, entry.AsObject()["url"].AsText())
	}
	return addresses
}

// writeMain puts the list of images into a body, with the main one replaced by the image at an address, or
// taken away. The server replaces the whole list, so all others are sent again, in their order; the next one
// becomes the main one where that was taken away. current is nil for a new product.
func writeMain(body map[string]any, address pipeline.Value, current Product) error {
	if address.IsNull() && current == nil {
		return nil
	}
	list := []string{} // JSON's [], not null
	if !address.IsNull() {
		u, err := url.Parse(address.AsText())
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return refuse("%q is no address of an image, so Products Manager could not fetch it from there", address)
		}
		list = append(list, address.AsText())
	}
	if current != nil {
		if _, shown := current["images"]; !shown {
			return &pipeline.Error{
				Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
				Message: "Products Manager does not show the images of this product, so writing one could lose the others",
				Remedy:  "Take the image out of the mapping, or set another `api` in the source block.",
			}
		}
		if held := current.Images(); len(held) > 1 {
			list = append(list, held[1:]...)
		}
	}
	body["images"] = list
	return nil
}

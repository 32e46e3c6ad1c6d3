package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/pipeline"
)

// noImage says why a field that is about images cannot be mapped; "" if it can, or is not about images.
func (s side) noImage(name string) string {
	first := s.kind.Standard[standardImage]
	f := s.field(name)
	switch {
	case f.Type == pipeline.TypeImage && f.Image == nil:
		return fmt.Sprintf("%q is an image that is not carried by itself: map %q.", name, first)
	case f.Type != pipeline.TypeImage && first != "" && rootOf(first) != first && rootOf(name) == rootOf(first):
		return fmt.Sprintf("Of the images of a product the first one is carried: map %q instead of %q.", first, name)
	}
	return ""
}

// image checks a field that holds images on either side, and tells whether it is one.
func (c *compiler) image(f pipeline.MappedField, carry carried, at hcl.Range) bool {
	var is [2]bool
	for _, s := range pipeline.Sides() {
		is[s] = c.sides[s].field(f.Fields[s]).Type == pipeline.TypeImage
	}
	if is == [2]bool{} {
		return false
	}
	for _, s := range pipeline.Sides() {
		switch o := s.Other(); {
		case is[s] && !is[o]:
			c.diags.Error(at, "Not an image", "%q of %q is an image and %q of %q is none. Map an image to an image.", f.Fields[s], c.sides[s].label, f.Fields[o], c.sides[o].label)
		case carry.to[s] != nil && !c.literalNull(carry.to[s]):
			c.diags.Error(carry.to[s].NameRange, "Expression about an image", "Images are carried as they are: there is no text to make another of. Take %s out.", carry.to[s].Name)
		}
	}
	if why := c.storeless(f.Writes, f.Fields); why != "" {
		c.diags.Error(at, "No store for images", "The field %q needs one, since %s", f.Name, why)
	}
	return true
}

// storeless says which side takes an image by address where the pipeline has no store to serve it from; "" if none
// does.
func (c *compiler) storeless(writes [2]bool, fields [2]string) string {
	for _, s := range pipeline.Sides() {
		needs := c.sides[s].field(fields[s]).Image
		if writes[s] && needs != nil && needs.ByAddress && c.def.Media == "" {
			return fmt.Sprintf("%q fetches images from an address, and the pipeline names no store to put them into. Add `media = media.s3.images`, say, and that block; or let images go to %q only: `field %q { direction = \"to_%s\" }`.",
				c.sides[s].label, c.sides[s.Other()].label, fields[pipeline.Left], c.sides[s.Other()].label)
		}
	}
	return ""
}

func rootOf(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

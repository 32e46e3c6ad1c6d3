package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Limits bound what is read.
type Limits struct {
	Bytes  int64 // of the file
	Pixels int64 // width × height
}

// DefaultLimits are those of both systems: 10 MB, 50 million pixels.
func DefaultLimits() Limits { return Limits{Bytes: 10_000_000, Pixels: 50_000_000} }

// Info is what the head of an image says.
type Info struct {
	Format        Format
	Width, Height int // pixels as stored, before the orientation
	// Orientation is that of EXIF, 1 to 8; 1 is upright, and what is said of most images.
	Orientation int

	model       color.Model
	progressive bool
}

// Inspect reads the head of an image. It takes no memory for pixels and does not tell whether they can be
// read.
func Inspect(data []byte, limits Limits) (Info, error) {
	if limits.Bytes > 0 && int64(len(data)) > limits.Bytes {
		return Info{}, refused("the image has %s, more than %s", megabytes(int64(len(data))), megabytes(limits.Bytes))
	}
	format, err := Sniff(data)
	if err != nil {
		return Info{}, err
	}
	config, err := format.config(bytes.NewReader(data))
	if err != nil {
		return Info{}, unreadable(format, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return Info{}, refused("the %s image has no pixels (%d × %d)", format, config.Width, config.Height)
	}
	if pixels := int64(config.Width) * int64(config.Height); limits.Pixels > 0 && pixels > limits.Pixels {
		return Info{}, refused("the image has %d × %d pixels, more than %d million", config.Width, config.Height, limits.Pixels/1_000_000)
	}
	info := Info{Format: format, Width: config.Width, Height: config.Height, Orientation: orientation(data, format), model: config.ColorModel}
	info.progressive = format == JPEG && isProgressive(data)
	return info, nil
}

func (f Format) config(r io.Reader) (image.Config, error) {
	switch f {
	case JPEG:
		return jpeg.DecodeConfig(r)
	case PNG:
		return png.DecodeConfig(r)
	default:
		return webp.DecodeConfig(r)
	}
}

func (f Format) decode(r io.Reader) (image.Image, error) {
	switch f {
	case JPEG:
		return jpeg.Decode(r)
	case PNG:
		return png.Decode(r)
	default:
		return webp.Decode(r)
	}
}

// memory estimates the bytes that decoding takes at its peak.
func (i Info) memory() int64 {
	pixels := int64(i.Width) * int64(i.Height)
	switch {
	case i.progressive:
		return pixels * 16 // the coefficients of all components, and the pixels
	case i.model == color.RGBA64Model, i.model == color.NRGBA64Model, i.model == color.Gray16Model:
		return pixels * 8
	}
	return pixels * 4
}

func unreadable(format Format, cause error) error {
	e := refused("the %s image cannot be read: it is damaged, cut off, or of a variant that Tandem does not know", format)
	e.Cause = cause
	return e
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }

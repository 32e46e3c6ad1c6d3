package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"strings"

	"golang.org/x/image/draw"
)

// Wanted is what a system takes.
type Wanted struct {
	WebP bool // takes WebP beside JPEG and PNG
	Side int  // pixels, the longer side at most; 0 for no limit
	// Upright: the system may lose the orientation that EXIF tells, so the pixels must be as they are seen.
	Upright bool
}

// Fitted is an image that a system takes.
type Fitted struct {
	Data          []byte
	Format        Format
	Width, Height int // pixels as stored
	// Change says for the history what was done, "scaled from 4000 × 3000 to 1920 × 1440 pixels"; "" if the bytes are
	// as they came.
	Change string
}

// quality is that of JPEGs which are made here, in percent: Products Manager makes 85 of them.
const quality = 90

// Fit returns the image as wanted, and unchanged where it is so already. Images that are smaller are never
// enlarged. A changed one is turned upright and loses its metadata; it stays transparent where it was.
// Everything is decoded once, so that what is returned can be read.
func (s *Studio) Fit(ctx context.Context, data []byte, wanted Wanted) (Fitted, error) {
	var fitted Fitted
	err := s.open(ctx, data, func(m image.Image, info Info) (err error) {
		fitted = Fitted{Data: data, Format: info.Format, Width: info.Width, Height: info.Height}
		if wanted.Side <= 0 {
			wanted.Side = max(info.Width, info.Height)
		}
		turned := wanted.Upright && info.Orientation > 1
		if max(info.Width, info.Height) <= wanted.Side && (wanted.WebP || info.Format != WebP) && !turned {
			return nil
		}
		fitted, err = s.remake(m, info, wanted.Side)
		return err
	})
	return fitted, err
}

// remake scales an image and encodes it anew.
func (s *Studio) remake(m image.Image, info Info, side int) (Fitted, error) {
	scaled := upright(within(m, side), info.Orientation)
	format, data, err := encode(scaled, info.Format)
	if err == nil && s.limits.Bytes > 0 && int64(len(data)) > s.limits.Bytes && scaled.Opaque() {
		format, data, err = encode(scaled, JPEG) // a photograph is large as PNG
	}
	if err != nil {
		return Fitted{}, unreadable(info.Format, err)
	}
	if s.limits.Bytes > 0 && int64(len(data)) > s.limits.Bytes {
		return Fitted{}, refused("the image has %s after it was made to fit, more than %s", megabytes(int64(len(data))), megabytes(s.limits.Bytes))
	}
	size := scaled.Bounds().Size()
	var change []string
	if max(info.Width, info.Height) > side {
		change = append(change, fmt.Sprintf("scaled from %d × %d to %d × %d pixels", info.Width, info.Height, size.X, size.Y))
	}
	if info.Orientation > 1 {
		change = append(change, "turned upright")
	}
	if format != info.Format {
		change = append(change, fmt.Sprintf("%s made of %s", format, info.Format))
	}
	return Fitted{Data: data, Format: format, Width: size.X, Height: size.Y, Change: strings.Join(change, ", ")}, nil
}

// encode writes an image in a format like the one it came in: PNG stays PNG, the rest becomes JPEG where
// nothing is transparent.
func encode(m *image.RGBA, was Format) (Format, []byte, error) {
	var out bytes.Buffer
	if was == PNG || !m.Opaque() {
		err := png.Encode(&out, m)
		return PNG, out.Bytes(), err
	}
	err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality})
	return JPEG, out.Bytes(), err
}

// within scales an image to at most side pixels a side. Large ones are halved first, which is as good and
// keeps small what CatmullRom takes: 32 bytes for each pixel of the result's width and the source's height.
func within(m image.Image, side int) *image.RGBA {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	goalW, goalH := w, h
	if longer := max(w, h); longer > side {
		goalW, goalH = max(1, (w*side+longer/2)/longer), max(1, (h*side+longer/2)/longer)
	}
	for w >= 2*goalW && h >= 2*goalH && (w > goalW || h > goalH) {
		w, h = w/2, h/2
		m = scale(draw.ApproxBiLinear, m, w, h)
	}
	return scale(draw.CatmullRom, m, goalW, goalH)
}

func scale(scaler draw.Scaler, m image.Image, w, h int) *image.RGBA {
	scaled := image.NewRGBA(image.Rect(0, 0, w, h))
	scaler.Scale(scaled, scaled.Bounds(), m, m.Bounds(), draw.Src, nil)
	return scaled
}

package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

var (
	bigEndian    = binary.BigEndian
	littleEndian = binary.LittleEndian
)

func TestFit(t *testing.T) {
	photo := asJPEG(t, scene(300, 200, 1), 85)
	glass := image.NewNRGBA(image.Rect(0, 0, 300, 90))
	for i := range glass.Pix {
		glass.Pix[i] = byte(i % 251)
	}
	for name, tt := range map[string]struct {
		data   []byte
		wanted picture.Wanted
		want   picture.Fitted
	}{
		"as it is":               {photo, picture.Wanted{Side: 300}, picture.Fitted{Format: picture.JPEG, Width: 300, Height: 200}},
		"no limit":               {photo, picture.Wanted{}, picture.Fitted{Format: picture.JPEG, Width: 300, Height: 200}},
		"WebP that is taken":     {lossyWebP(t), picture.Wanted{WebP: true, Side: 1920}, picture.Fitted{Format: picture.WebP, Width: 1, Height: 1}},
		"WebP, opaque":           {lossyWebP(t), picture.Wanted{}, picture.Fitted{Format: picture.JPEG, Width: 1, Height: 1, Change: "JPEG made of WebP"}},
		"WebP, transparent":      {losslessWebP(8, 4, color.NRGBA{200, 0, 0, 128}), picture.Wanted{}, picture.Fitted{Format: picture.PNG, Width: 8, Height: 4, Change: "PNG made of WebP"}},
		"WebP, large":            {losslessWebP(80, 40, color.NRGBA{200, 0, 0, 255}), picture.Wanted{WebP: true, Side: 20}, picture.Fitted{Format: picture.JPEG, Width: 20, Height: 10, Change: "scaled from 80 × 40 to 20 × 10 pixels, JPEG made of WebP"}},
		"JPEG, large":            {photo, picture.Wanted{Side: 100}, picture.Fitted{Format: picture.JPEG, Width: 100, Height: 67, Change: "scaled from 300 × 200 to 100 × 67 pixels"}},
		"PNG, large":             {asPNG(t, glass), picture.Wanted{Side: 200}, picture.Fitted{Format: picture.PNG, Width: 200, Height: 60, Change: "scaled from 300 × 90 to 200 × 60 pixels"}},
		"a line":                 {asPNG(t, image.NewGray(image.Rect(0, 0, 1, 500))), picture.Wanted{Side: 10}, picture.Fitted{Format: picture.PNG, Width: 1, Height: 10, Change: "scaled from 1 × 500 to 1 × 10 pixels"}},
		"lying, large, oriented": {oriented(photo, 6, bigEndian), picture.Wanted{Side: 150}, picture.Fitted{Format: picture.JPEG, Width: 100, Height: 150, Change: "scaled from 300 × 200 to 100 × 150 pixels, turned upright"}},
		"lying":                  {oriented(photo, 6, bigEndian), picture.Wanted{}, picture.Fitted{Format: picture.JPEG, Width: 300, Height: 200}},
		"lying, to be turned":    {oriented(photo, 6, bigEndian), picture.Wanted{Upright: true}, picture.Fitted{Format: picture.JPEG, Width: 200, Height: 300, Change: "turned upright"}},
		"upright already":        {photo, picture.Wanted{Upright: true}, picture.Fitted{Format: picture.JPEG, Width: 300, Height: 200}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := studio().Fit(t.Context(), tt.data, tt.wanted)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want.Change == "" {
				tt.want.Data = tt.data
			} else {
				tt.want.Data = got.Data // looked at in tests of its own
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			info, err := studio().Check(t.Context(), got.Data)
			if err != nil || info.Format != got.Format || info.Width != got.Width || info.Height != got.Height {
				t.Errorf("%+v, %v", info, err)
			}
		})
	}
}

// TestFitKeepsTransparency: half transparent red stays that.
func TestFitKeepsTransparency(t *testing.T) {
	red := color.NRGBA{200, 0, 0, 128}
	for _, wanted := range []picture.Wanted{{}, {Side: 10}} {
		got, err := studio().Fit(t.Context(), losslessWebP(40, 40, red), wanted)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(got.Data))
		if err != nil {
			t.Fatal(err)
		}
		c := color.NRGBAModel.Convert(m.At(5, 5)).(color.NRGBA)
		if c.A != 128 || c.R < 197 || c.R > 203 || c.G > 2 || c.B > 2 {
			t.Errorf("%+v", c)
		}
	}
}

// TestFitLargeNoise: noise is larger as PNG than what is allowed, and becomes a JPEG.
func TestFitLargeNoise(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 400, 400))
	x := uint32(1)
	for i := range m.Pix {
		x = x*1664525 + 1013904223
		m.Pix[i] = byte(x >> 24)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	data := asPNG(t, m)
	s := picture.NewStudio(picture.Limits{Bytes: int64(len(data)), Pixels: 1 << 30})
	if got, err := s.Fit(t.Context(), data, picture.Wanted{Side: 399}); err != nil || got.Format != picture.PNG {
		t.Errorf("%s, %v", got.Format, err)
	}
	bare := picture.NewStudio(picture.Limits{Bytes: 160_000, Pixels: 1 << 30})
	lossless := losslessWebP(400, 400, color.NRGBA{1, 2, 3, 255})
	if got, err := bare.Fit(t.Context(), lossless, picture.Wanted{}); err != nil || got.Format != picture.JPEG {
		t.Errorf("%s, %v", got.Format, err)
	}
}

// TestOrientations: an image stored in each of the eight ways looks the same after it was remade.
func TestOrientations(t *testing.T) {
	// Seen: red, green above; blue, white below.
	seen := [2][2]color.RGBA{{{255, 0, 0, 255}, {0, 255, 0, 255}}, {{0, 0, 255, 255}, {255, 255, 255, 255}}}
	// stored tells which quarter of what is seen stands at (x, y) of the file, by EXIF's definition: where row 0 and
	// column 0 of the file are seen.
	stored := map[int]func(x, y int) color.RGBA{
		1: func(x, y int) color.RGBA { return seen[y][x] },     // top, left
		2: func(x, y int) color.RGBA { return seen[y][1-x] },   // top, right
		3: func(x, y int) color.RGBA { return seen[1-y][1-x] }, // bottom, right
		4: func(x, y int) color.RGBA { return seen[1-y][x] },   // bottom, left
		5: func(x, y int) color.RGBA { return seen[x][y] },     // left, top
		6: func(x, y int) color.RGBA { return seen[x][1-y] },   // right, top
		7: func(x, y int) color.RGBA { return seen[1-x][1-y] }, // right, bottom
		8: func(x, y int) color.RGBA { return seen[1-x][y] },   // left, bottom
	}
	for o, at := range stored {
		m := image.NewRGBA(image.Rect(0, 0, 64, 64))
		for y := range 64 {
			for x := range 64 {
				m.SetRGBA(x, y, at(x/32, y/32))
			}
		}
		order := []binary.AppendByteOrder{bigEndian, littleEndian}[o%2]
		data := oriented(asJPEG(t, m, 100), o, order)
		got, err := studio().Fit(t.Context(), data, picture.Wanted{Side: 32})
		if err != nil {
			t.Fatal(err)
		}
		upright, err := jpeg.Decode(bytes.NewReader(got.Data))
		if err != nil {
			t.Fatal(err)
		}
		for y := range 2 {
			for x := range 2 {
				if c := color.RGBAModel.Convert(upright.At(8+16*x, 8+16*y)).(color.RGBA); far(c, seen[y][x]) {
					t.Errorf("orientation %d: %v at %d, %d, want %v", o, c, x, y, seen[y][x])
				}
			}
		}
		a, errA := studio().Fingerprint(t.Context(), data)
		b, errB := studio().Fingerprint(t.Context(), got.Data)
		if errA != nil || errB != nil || a.Distance(b) > 40 { // the edges of the quarters are blurred
			t.Errorf("orientation %d: %d apart, %v, %v", o, a.Distance(b), errA, errB)
		}
	}
}

func far(a, b color.RGBA) bool {
	d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B)) > 30
}

package picture_test

import (
	"bytes"
	"context"
	"hash/crc32"
	"image"
	"image/color"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/picture"
)

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

func studio() *picture.Studio { return picture.NewStudio(picture.DefaultLimits()) }

func TestCheck(t *testing.T) {
	m := scene(40, 30, 1)
	for name, tt := range map[string]struct {
		data   []byte
		format picture.Format
		w, h   int
	}{
		"JPEG":          {asJPEG(t, m, 85), picture.JPEG, 40, 30},
		"PNG":           {asPNG(t, m), picture.PNG, 40, 30},
		"lossy WebP":    {lossyWebP(t), picture.WebP, 1, 1},
		"lossless WebP": {losslessWebP(20, 10, color.NRGBA{255, 0, 0, 128}), picture.WebP, 20, 10},
		"JPEG, grey":    {asJPEG(t, image.NewGray(image.Rect(0, 0, 5, 5)), 85), picture.JPEG, 5, 5},
	} {
		t.Run(name, func(t *testing.T) {
			info, err := studio().Check(t.Context(), tt.data)
			if err != nil || info.Format != tt.format || info.Width != tt.w || info.Height != tt.h || info.Orientation != 1 {
				t.Errorf("%+v, %v", info, err)
			}
		})
	}
	for f, want := range map[picture.Format]string{picture.JPEG: "jpg image/jpeg JPEG", picture.PNG: "png image/png PNG", picture.WebP: "webp image/webp WebP"} {
		if got := f.Ext() + " " + f.ContentType() + " " + f.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	photo, drawing := asJPEG(t, scene(64, 64, 1), 85), asPNG(t, scene(64, 64, 1))
	for name, tt := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":              {nil, "is empty"},
		"GIF":                  {asGIF(t), "a GIF"},
		"SVG":                  {[]byte(`<?xml version="1.0"?> <svg xmlns="http://www.w3.org/2000/svg"/>`), "an SVG"},
		"SVG, bare":            {[]byte("\n<SVG></SVG>"), "an SVG"},
		"BMP":                  {[]byte("BM1234567890"), "a BMP"},
		"TIFF":                 {[]byte("II*\x00aaaaaaaa"), "a TIFF"},
		"AVIF":                 {[]byte("\x00\x00\x00\x20ftypavif0000"), "AVIF"},
		"login page":           {[]byte("<!DOCTYPE html><title>Log in</title>"), "a web page"},
		"text":                 {[]byte("hello"), "text/plain"},
		"noise":                {[]byte{0, 1, 2, 3}, "unknown format"},
		"head of a JPEG":       {photo[:3], "cannot be read"},
		"half a JPEG":          {photo[:len(photo)/2], "cannot be read"},
		"JPEG without its end": {photo[:len(photo)-2], "cannot be read"},
		"half a PNG":           {drawing[:len(drawing)/2], "cannot be read"},
		"damaged PNG":          {bytes.Replace(drawing, []byte("IDAT"), []byte("IDAX"), 1), "cannot be read"},
		"half a WebP":          {lossyWebP(t)[:26], "cannot be read"},
		"empty WebP":           {riff(), "cannot be read"},
		"animated WebP":        {riff("VP8X", []byte{2, 0, 0, 0, 9, 0, 0, 9, 0, 0}, "ANIM", make([]byte, 6)), "cannot be read"},
		"bomb, PNG":            {pngOf(t, 60_000, 60_000), "more than 50 million"},
		"bomb, PNG, long":      {pngOf(t, 1, 1<<31-1), "more than 50 million"},
		"bomb, no pixels":      {pngOf(t, 0, 5), "cannot be read"},
		"bomb, WebP":           {losslessWebP(16_384, 16_384, color.NRGBA{}), "more than 50 million"},
		"bomb, hidden in a small canvas": {
			riff("VP8X", []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "VP8L", losslessWebP(16_384, 16_384, color.NRGBA{})[20:]), "cannot be read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, check := studio().Check(t.Context(), tt.data)
			_, fit := studio().Fit(t.Context(), tt.data, picture.Wanted{})
			_, print := studio().Fingerprint(t.Context(), tt.data)
			for _, err := range []error{check, fit, print} {
				e := pipeline.AsError(err)
				if e == nil || e.Code != pipeline.CodeImageSync || e.Class != pipeline.Permanent || !strings.Contains(e.Message, tt.says) || e.Remedy == "" {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func TestLimits(t *testing.T) {
	data := asJPEG(t, scene(100, 100, 1), 85)
	small := picture.NewStudio(picture.Limits{Bytes: int64(len(data)) - 1, Pixels: 1_000_000})
	if _, err := small.Check(t.Context(), data); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("%v", err)
	}
	exact := picture.NewStudio(picture.Limits{Bytes: int64(len(data)), Pixels: 10_000})
	if _, err := exact.Check(t.Context(), data); err != nil {
		t.Error(err)
	}
	few := picture.NewStudio(picture.Limits{Pixels: 9_999})
	if _, err := few.Check(t.Context(), data); err == nil || !strings.Contains(err.Error(), "100 × 100") {
		t.Errorf("%v", err)
	}
}

// TestBombsTakeNoMemory: what announces too many pixels is refused before memory is taken for them.
func TestBombsTakeNoMemory(t *testing.T) {
	for _, data := range [][]byte{
		pngOf(t, 60_000, 60_000), losslessWebP(16_384, 16_384, color.NRGBA{}),
		riff("VP8X", []byte{16, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "VP8L", losslessWebP(16_384, 16_384, color.NRGBA{})[20:]),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := studio().Check(t.Context(), data); err == nil {
			t.Error("a bomb went through")
		}
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 4<<20 {
			t.Errorf("%d MB were taken", taken>>20)
		}
	}
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := studio().Check(ctx, asJPEG(t, scene(10, 10, 1), 85))
	if e := pipeline.AsError(err); e == nil || e.Code != pipeline.CodeStopped {
		t.Errorf("%v", err)
	}
}

// FuzzStudio: whatever the bytes, an answer or a clear error; and what came out of Fit goes in again, unchanged.
func FuzzStudio(f *testing.F) {
	m := scene(24, 16, 1)
	for _, seed := range [][]byte{
		asJPEG(f, m, 85), asPNG(f, m), lossyWebP(f), losslessWebP(7, 5, color.NRGBA{1, 2, 3, 4}), asGIF(f), pngOf(f, 9000, 9000),
		oriented(asJPEG(f, m, 50), 6, bigEndian), oriented(asJPEG(f, m, 50), 7, littleEndian),
		riff("VP8X", []byte{8, 0, 0, 0, 6, 0, 0, 4, 0, 0}, "VP8L", losslessWebP(7, 5, color.NRGBA{})[20:], "EXIF", []byte("II*\x00\x08\x00\x00\x00\xff\xff")),
	} {
		f.Add(seed)
	}
	s := picture.NewStudio(picture.Limits{Bytes: 1 << 20, Pixels: 1 << 20})
	wanted := picture.Wanted{Side: 16}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := s.Fingerprint(t.Context(), data); err != nil {
			if e := pipeline.AsError(err); e.Code != pipeline.CodeImageSync || e.Message == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		fitted, err := s.Fit(t.Context(), data, wanted)
		if err != nil {
			t.Fatalf("an image that can be read does not fit: %v", err)
		}
		again, err := s.Fit(t.Context(), fitted.Data, wanted)
		if err != nil || again.Change != "" || again.Width != fitted.Width || again.Height != fitted.Height || max(again.Width, again.Height) > 16 {
			t.Fatalf("%+v, %v", again, err)
		}
	})
}

// TestManyAtOnce: images wait for memory, and all come through.
func TestManyAtOnce(t *testing.T) {
	s := studio()
	data := asPNG(t, image.NewGray(image.Rect(0, 0, 4000, 4000))) // 64 MB of the budget each
	results := make(chan error)
	for range 8 {
		go func() {
			_, err := s.Check(context.Background(), data)
			results <- err
		}()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

// TestDamage: bytes changed at random never do worse than an error.
func TestDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := studio()
	for _, whole := range [][]byte{asJPEG(t, scene(32, 32, 1), 85), asPNG(t, scene(32, 32, 1)), losslessWebP(9, 9, color.NRGBA{9, 9, 9, 9})} {
		for range 200 {
			data := bytes.Clone(whole)
			for range 1 + r.IntN(4) {
				data[r.IntN(len(data))] = byte(r.UintN(256))
			}
			if _, err := s.Check(t.Context(), data); err != nil && pipeline.AsError(err).Code != pipeline.CodeImageSync {
				t.Errorf("%v", err)
			}
		}
	}
}

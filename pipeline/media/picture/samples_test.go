package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"
)

// scene paints a picture of soft hills of colour and some boxes, another one for every seed.
func scene(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 7))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	var f [6]float64
	for i := range f {
		f[i] = 1 + r.Float64()*6
	}
	wave := func(a, b, x, y float64) uint8 { return uint8(128 + 100*math.Sin(a*x+1)*math.Cos(b*y)) }
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			m.SetRGBA(x, y, color.RGBA{wave(f[0], f[1], u, v), wave(f[2], f[3], u, v), wave(f[4], f[5], u, v), 255})
		}
	}
	for range 4 {
		c := color.RGBA{uint8(r.UintN(256)), uint8(r.UintN(256)), uint8(r.UintN(256)), 255}
		x0, y0 := r.IntN(w), r.IntN(h)
		for y := y0; y < min(h, y0+h/4); y++ {
			for x := x0; x < min(w, x0+w/4); x++ {
				m.SetRGBA(x, y, c)
			}
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asGIF(t testing.TB) []byte {
	var b bytes.Buffer
	if err := gif.Encode(&b, image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lossyWebP is one pixel. Go has no encoder that makes others.
func lossyWebP(t testing.TB) []byte {
	return fromBase64(t, "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
}

// losslessWebP writes a VP8L image of w × h pixels of one colour: simple prefix codes of one symbol each, so that
// the pixels take no bits.
func losslessWebP(w, h int, c color.NRGBA) []byte {
	var bits bitWriter
	bits.write(0x2f, 8)
	bits.write(uint64(w-1), 14)
	bits.write(uint64(h-1), 14)
	bits.write(1, 1) // there is alpha
	bits.write(0, 3) // version
	bits.write(0, 1) // no transforms
	bits.write(0, 1) // no colour cache
	bits.write(0, 1) // no meta prefix codes
	for _, symbol := range []uint8{c.G, c.R, c.B, c.A} {
		bits.write(1, 1) // a simple code
		bits.write(0, 1) // of one symbol
		bits.write(1, 1) // of eight bits
		bits.write(uint64(symbol), 8)
	}
	bits.write(1, 1) // distances: the symbol 0 of one bit
	bits.write(0, 1)
	bits.write(0, 1)
	bits.write(0, 1)
	return riff("VP8L", bits.bytes)
}

type bitWriter struct {
	bytes []byte
	used  int // bits of the last byte
}

func (b *bitWriter) write(v uint64, n int) {
	for i := range n {
		if b.used%8 == 0 {
			b.bytes = append(b.bytes, 0)
		}
		b.bytes[len(b.bytes)-1] |= byte(v>>i&1) << (b.used % 8)
		b.used++
	}
}

func riff(chunks ...any) []byte {
	body := []byte("WEBP")
	for i := 0; i < len(chunks); i += 2 {
		content := chunks[i+1].([]byte)
		body = append(body, chunks[i].(string)...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(content)))
		body = append(body, content...)
		if len(content)%2 == 1 {
			body = append(body, 0)
		}
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func fromBase64(t testing.TB, s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// oriented puts EXIF with that orientation into a JPEG.
func oriented(data []byte, orientation int, order binary.AppendByteOrder) []byte {
	exif := []byte("Exif\x00\x00")
	head := "II*\x00"
	if order.String() == "BigEndian" {
		head = "MM\x00*"
	}
	exif = append(exif, head...)
	exif = order.AppendUint32(exif, 8)
	exif = order.AppendUint16(exif, 2)
	for _, entry := range [][3]uint16{{0x0100, 3, 1}, {0x0112, 3, uint16(orientation)}} {
		exif = order.AppendUint16(order.AppendUint16(exif, entry[0]), entry[1])
		exif = order.AppendUint16(order.AppendUint32(exif, 1), entry[2])
		exif = append(exif, 0, 0)
	}
	exif = order.AppendUint32(exif, 0)
	out := append([]byte{}, data[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2))
	return append(append(out, exif...), data[2:]...)
}

// pngOf announces a PNG of that size in a few bytes.
func pngOf(t testing.TB, w, h uint32) []byte {
	data := asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(data[16:], w)
	binary.BigEndian.PutUint32(data[20:], h)
	binary.BigEndian.PutUint32(data[29:], crc(data[12:29]))
	return data
}

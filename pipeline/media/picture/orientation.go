package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation returns the orientation that EXIF tells, 1 to 8; 1 where it tells none or is damaged. PNG is
// taken as it is: hardly any PNG has EXIF, and viewers differ about it.
func orientation(data []byte, format Format) int {
	var exif []byte
	switch format {
	case JPEG:
		jpegSegments(data, func(marker byte, content []byte) bool {
			if marker == 0xe1 && bytes.HasPrefix(content, []byte("Exif\x00\x00")) {
				exif = content[6:]
			}
			return exif == nil
		})
	case WebP:
		exif = bytes.TrimPrefix(riffChunk(data, "EXIF"), []byte("Exif\x00\x00"))
	}
	if o := exifOrientation(exif); o >= 1 && o <= 8 {
		return o
	}
	return 1
}

// jpegSegments calls visit with each segment before the pixels, until it returns false.
func jpegSegments(data []byte, visit func(marker byte, content []byte) bool) {
	const startOfScan = 0xda
	for rest := data[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker := rest[1]
		if marker == 0xff { // padding
			rest = rest[1:]
			continue
		}
		length := int(binary.BigEndian.Uint16(rest[2:]))
		if marker == startOfScan || length < 2 || len(rest) < 2+length || !visit(marker, rest[4:2+length]) {
			return
		}
		rest = rest[2+length:]
	}
}

func isProgressive(data []byte) bool {
	progressive := false
	jpegSegments(data, func(marker byte, _ []byte) bool {
		progressive = marker == 0xc2
		return !progressive
	})
	return progressive
}

// riffChunk returns the content of the first chunk of that name.
func riffChunk(data []byte, name string) []byte {
	for rest := data[12:]; len(rest) >= 8; {
		length := int64(binary.LittleEndian.Uint32(rest[4:]))
		if length > int64(len(rest)-8) {
			return nil
		}
		if string(rest[:4]) == name {
			return rest[8 : 8+length]
		}
		rest = rest[min(int64(len(rest)), 8+length+length%2):] // padded to an even length
	}
	return nil
}

// exifOrientation reads tag 0x0112 of the first directory of a TIFF head; 0 if there is none.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	start := int64(order.Uint32(tiff[4:]))
	if start+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[start+2:]
	for range order.Uint16(tiff[start:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == 0x0112 {
			return int(order.Uint16(entries[8:]))
		}
		entries = entries[12:]
	}
	return 0
}

// upright turns an image as its orientation says.
func upright(m *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if orientation >= 5 {
		w, h = h, w
	}
	turned := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			from := m.PixOffset(source(x, y, w, h, orientation))
			to := turned.PixOffset(x, y)
			copy(turned.Pix[to:to+4], m.Pix[from:from+4])
		}
	}
	return turned
}

// source returns the stored pixel that is seen at x, y of an image of w × h as seen.
func source(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return h - 1 - y, x
	}
	return x, y
}

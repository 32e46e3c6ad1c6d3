package picture

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// Format is one of the formats that are carried.
type Format string

// The formats, by the end of a file's name.
const (
	JPEG Format = "jpg"
	PNG  Format = "png"
	WebP Format = "webp"
)

// Ext returns the end of a file's name, without the dot.
func (f Format) Ext() string { return string(f) }

// ContentType returns the format's media type.
func (f Format) ContentType() string {
	if f == JPEG {
		return "image/jpeg"
	}
	return "image/" + string(f)
}

func (f Format) String() string {
	return map[Format]string{JPEG: "JPEG", PNG: "PNG", WebP: "WebP"}[f]
}

// Sniff tells the format of an image by its first bytes. It refuses what is not carried, and says what it
// is instead.
func Sniff(data []byte) (Format, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return WebP, nil
	case len(data) == 0:
		return "", refused("the image is empty")
	}
	return "", refused("the image is %s, not JPEG, PNG or WebP", other(data))
}

// other names what is no image of a known format.
func other(data []byte) string {
	head := bytes.TrimLeft(data[:min(len(data), 1024)], "\xef\xbb\xbf \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("BM")):
		return "a BMP"
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return "a TIFF"
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return "a HEIC, an AVIF or a film"
	case bytes.Contains(bytes.ToLower(head), []byte("<svg")):
		return "an SVG"
	}
	switch kind, _, _ := strings.Cut(http.DetectContentType(head), ";"); kind {
	case "image/gif":
		return "a GIF"
	case "text/html":
		return "a web page"
	case "application/octet-stream":
		return "of an unknown format"
	default:
		return kind
	}
}

// refused is the error of an image that cannot be carried.
func refused(format string, args ...any) *pipeline.Error {
	return &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent, Message: fmt.Sprintf(format, args...),
		Remedy: "Replace the image with a JPEG, PNG or WebP of at most 10 MB and 50 million pixels.",
	}
}

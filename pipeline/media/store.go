package media

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/pipeline"
)

// Store keeps objects at public addresses. Implementations are safe for concurrent use. All errors are
// *pipeline.Error; who calls decides about another try, since every call may be repeated.
type Store interface {
	// Put keeps data under key and returns its public address. What is there already with that size and type
	// is left as it is, since a key belongs to one content. Anything else under the key is replaced.
	Put(ctx context.Context, key, contentType string, data []byte) (address string, err error)
	// Head tells about an object without its bytes. The error wraps ErrNotFound if there is none.
	Head(ctx context.Context, key string) (Object, error)
	// Get returns an object's bytes. The error wraps ErrNotFound if there is none.
	Get(ctx context.Context, key string) ([]byte, error)
	// Delete removes an object; that there is none is fine.
	Delete(ctx context.Context, key string) error
	// Address returns the public address of key, whether there is such an object or not.
	Address(key string) string
	// String names the store in messages: `bucket "images" at minio.example.com:9000`.
	String() string
}

// Object is what a store tells about an object.
type Object struct {
	Size        int64 // bytes
	ContentType string
}

// ErrNotFound is wrapped by the error of a call for an object that is not there.
var ErrNotFound = errors.New("no such object")

// largestObject bounds what Get reads, in bytes. It is far above any image that Tandem stores.
const largestObject = 64 << 20

func notFound(store Store, key string) error {
	return &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
		Message: fmt.Sprintf("there is no %q in the %s", key, store), Cause: ErrNotFound,
		Remedy: "Somebody removed it from the store; the image is stored again when it changes or a full pass meets it.",
	}
}

func tooLarge(store Store, key string) error {
	return &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
		Message: fmt.Sprintf("%q in the %s has more than %d MB, which no image of Tandem's has", key, store, largestObject>>20),
		Remedy:  "Something else writes to the same place; give Tandem a prefix of its own in `key` of the media block.",
	}
}

// CheckKey tells why key cannot name an object: keys are relative slash-separated paths without "." and
// "..", of printable UTF-8, at most 1,024 bytes long (S3's limit) and 255 between two slashes (file systems').
func CheckKey(key string) error {
	var why string
	switch {
	case key == "":
		why = "is empty"
	case len(key) > 1024:
		why = "has more than 1,024 bytes"
	case !utf8.ValidString(key) || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }):
		why = "has characters that a name cannot have"
	case strings.HasPrefix(key, "/"):
		why = "begins with a slash"
	case path.Clean(key) != key || key == "." || key == ".." || strings.HasPrefix(key, "../"):
		why = `has an empty part, "." or ".." in it`
	default:
		for part := range strings.SplitSeq(key, "/") {
			if len(part) > 255 {
				why = "has a part of more than 255 bytes"
			}
		}
	}
	if why == "" {
		return nil
	}
	return &pipeline.Error{
		Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
		Message: fmt.Sprintf("the name %q of an image %s", clip(key), why),
		Remedy:  "Correct `key` in the media block; \"images/${sku}-${hash}.${ext}\" is a good one.",
	}
}

// checkPut tells why something cannot be stored. An empty object is none: no image is empty, and some S3
// servers refuse it.
func checkPut(key string, data []byte) error {
	if len(data) == 0 {
		return &pipeline.Error{
			Code: pipeline.CodeImageSync, Class: pipeline.Permanent,
			Message: fmt.Sprintf("the image to be stored as %q is empty", clip(key)), Remedy: "Replace the image.",
		}
	}
	return CheckKey(key)
}

func clip(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// publicAddress joins the address at which a store is served and a key.
func publicAddress(base, key string) string {
	parts := strings.Split(key, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.TrimRight(base, "/") + "/" + strings.Join(parts, "/")
}

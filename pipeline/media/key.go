package media

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The variables that the template of a key may use.
const (
	VarSKU  = "sku"  // the SKU in safe characters: letters and digits of ASCII, "-", "_" and single dots; never ""
	VarHash = "hash" // the first 16 hexadecimal digits of the content's SHA-256
	VarExt  = "ext"  // jpg, png or webp
)

// KeyTemplate makes the name of an object from the variables. Values have no "/" in them: folders are what
// the template writes.
type KeyTemplate func(variables map[string]string) (string, error)

// DefaultKey is the template "images/${sku}-${hash}.${ext}".
func DefaultKey(v map[string]string) (string, error) {
	return fmt.Sprintf("images/%s-%s.%s", v[VarSKU], v[VarHash], v[VarExt]), nil
}

// Key names the object of an image of the product with that SKU. ext is the one of its content type,
// without a dot.
func (t KeyTemplate) Key(sku string, content []byte, ext string) (string, error) {
	key, err := t(map[string]string{VarSKU: safeName(sku), VarHash: Hash(content)[:16], VarExt: ext})
	if err != nil {
		return "", fmt.Errorf("evaluating `key` of the media block: %w", err)
	}
	if err := CheckKey(key); err != nil {
		return "", err
	}
	return key, nil
}

// Hash returns the SHA-256 of content in 64 hexadecimal digits.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// safeName makes of any text a name that every store, web server and file system takes as it is. Two texts
// may give one name: the hash keeps their images apart.
func safeName(s string) string {
	const most = 64
	var b strings.Builder
	var last rune
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue // é is e
		}
		if !safe(r) {
			r = '-'
		}
		if (r == '-' || r == '.') && (last == '-' || last == '.' || last == 0) {
			continue // no "..", and neither dot nor dash at the beginning
		}
		if b.Len() == most {
			break
		}
		b.WriteRune(r)
		last = r
	}
	if name := strings.TrimRight(b.String(), "-."); name != "" {
		return name
	}
	return "image"
}

func safe(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.'
}

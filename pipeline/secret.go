package pipeline

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
)

// Secret is a text that no output ever shows. Every way of printing it gives "***".
type Secret struct{ text string }

// NewSecret wraps s.
func NewSecret(s string) Secret { return Secret{text: s} }

// Reveal returns the text itself, for the one place that sends it.
func (s Secret) Reveal() string { return s.text }

// IsZero tells whether there is no secret.
func (s Secret) IsZero() bool { return s.text == "" }

// Matches tells whether given is the secret, in a time that tells nothing of it, its length included. Nothing
// matches no secret.
func (s Secret) Matches(given string) bool {
	want, got := sha256.Sum256([]byte(s.text)), sha256.Sum256([]byte(given))
	return s.text != "" && subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return "***"
}

// GoString keeps %#v from showing the text.
func (s Secret) GoString() string { return s.String() }

// MarshalText keeps JSON and text encoders from showing it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue keeps slog from showing it.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

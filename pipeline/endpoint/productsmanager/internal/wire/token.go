package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// DefaultLife is how long a token is taken to live when the server does not say.
const DefaultLife = 2 * time.Hour

// Token is the answer to a login or to its renewal.
type Token struct {
	Access  string
	Refresh string // "" when the server gives none
	Life    time.Duration
	// Tenant is the account that the token is for, "" when nothing tells.
	Tenant string
}

// ReadToken reads {"access_token", "refresh_token", "expires_in"}, also wrapped in "data", also with
// "token" for "access_token". Its errors never show a token.
func ReadToken(raw any) (Token, error) {
	object, ok := raw.(map[string]any)
	if !ok {
		return Token{}, fmt.Errorf("a token was expected, but the answer is %s", Shape(raw))
	}
	if inner, ok := object["data"].(map[string]any); ok {
		object = inner
	}
	token := Token{
		Access:  text(first(object, "access_token", "token")),
		Refresh: text(object["refresh_token"]),
		Life:    DefaultLife,
		Tenant:  idText(object["tenant_id"]),
	}
	if token.Access == "" || strings.ContainsFunc(token.Access, notVisible) {
		return Token{}, fmt.Errorf("a token was expected, but the answer is %s", Shape(raw))
	}
	if d, ok := seconds(object["expires_in"]); ok {
		token.Life = d
	}
	if token.Tenant == "" {
		token.Tenant = tenantOf(token.Access)
	}
	return token, nil
}

// tenantOf looks into the token itself. Nothing depends on it being genuine: it only tells accounts of
// one server apart.
func tenantOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	raw, err := Decode(payload)
	if err != nil {
		return ""
	}
	claims, _ := raw.(map[string]any)
	return idText(claims["tenant_id"])
}

// idText reads an id that may be a text or a whole number.
func idText(raw any) string {
	switch x := raw.(type) {
	case string:
		return Clip(x, 100)
	case json.Number:
		return x.String()
	}
	return ""
}

func notVisible(r rune) bool { return r <= ' ' || r > '~' }

package pipeline_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/pipeline"
)

const planted = `pä/ss+w"o<r>d&=1 é`

func jsonOf(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func printableOf(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func TestRedactor(t *testing.T) {
	r := pipeline.NewRedactor(pipeline.NewSecret(planted), pipeline.NewSecret(""), pipeline.NewSecret("abc"))
	for name, text := range map[string]string{
		"plain":            "x" + planted + "y",
		"query":            "https://x.org/?k=" + url.QueryEscape(planted) + "&b=1",
		"lower case":       "k=p%c3%a4%2fss%2bw%22o%3cr%3ed%26%3d1+%c3%a9",
		"path":             "/a/" + url.PathEscape(planted),
		"userinfo":         (&url.URL{Scheme: "https", User: url.UserPassword("u", planted), Host: "x"}).String(),
		"json":             jsonOf("a" + planted),
		"quoted":           fmt.Sprintf("%q", planted),
		"ascii":            fmt.Sprintf("%+q", planted),
		"html":             "<b>" + html.EscapeString(planted) + "</b>",
		"hex":              hex.EncodeToString([]byte(planted)),
		"base64":           base64.StdEncoding.EncodeToString([]byte(planted)),
		"basic auth":       base64.StdEncoding.EncodeToString([]byte("u:" + planted)),
		"base64 within":    base64.URLEncoding.EncodeToString([]byte("abc" + planted + "tail of it")),
		"quoted-printable": printableOf(planted),
		"cut":              "it said " + planted[:9] + "…",
		"cut base64":       "got " + base64.StdEncoding.EncodeToString([]byte(planted))[:10] + "… instead",
	} {
		got := r.Text(text)
		if !strings.Contains(got, "***") {
			t.Errorf("%s: %s became %s", name, text, got)
		}
		for _, piece := range []string{planted, planted[:9], `ss+w`, "o<r"} {
			if strings.Contains(got, piece) {
				t.Errorf("%s: %s became %s, which tells %s", name, text, got, piece)
			}
		}
	}
	for _, text := range []string{"", "nothing here", "abc is too short a secret", "a pä… that is no secret's beginning"} {
		if got := r.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := (*pipeline.Redactor)(nil).Text(planted); got != planted {
		t.Errorf("nil took something out: %s", got)
	}
}

// TestRedactorInAnything: whatever stands around a secret, nothing of it is left.
func TestRedactorInAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9_\-+/="&<é ]{8,40}`).Draw(t, "secret")
		before, after := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after")
		whole := before + secret + after
		r := pipeline.NewRedactor(pipeline.NewSecret(secret))
		for _, text := range []string{whole, jsonOf(whole), url.QueryEscape(whole), url.PathEscape(whole), html.EscapeString(whole), hex.EncodeToString([]byte(whole)), fmt.Sprintf("%q", secret)} {
			if got := r.Text(text); strings.Contains(got, secret) || !strings.Contains(got, "***") {
				t.Fatalf("%q became %q", text, got)
			}
		}
		encoded := r.Text(base64.StdEncoding.EncodeToString([]byte(whole)))
		if b, err := base64.StdEncoding.DecodeString(encoded); err == nil && strings.Contains(string(b), secret) {
			t.Fatalf("base64 tells it: %q", encoded)
		}
	})
}

func TestRedactorOfErrors(t *testing.T) {
	r := pipeline.NewRedactor(pipeline.NewSecret(planted))
	cause := errors.New("cause")
	inner := &pipeline.Error{
		Code: pipeline.CodeAccessDenied, Class: pipeline.Auth, Message: "refused " + planted, Remedy: "not " + planted,
		Cause: fmt.Errorf("%w: %s", cause, planted), MaybeDone: true,
	}
	for name, err := range map[string]error{
		"bare": inner, "internal": &pipeline.Error{Code: inner.Code, Class: inner.Class, MaybeDone: true, Message: "a", Cause: fmt.Errorf("b: %w", fmt.Errorf("%s: %w", planted, cause))}, "wrapped": fmt.Errorf("pipeline x: %w", inner), "joined": errors.Join(io.EOF, inner), "plain": fmt.Errorf("%w: %s", cause, planted),
	} {
		got := r.Error(err)
		if strings.Contains(fmt.Sprintf("%v %+v", got, got), planted) || !strings.Contains(got.Error(), "***") {
			t.Errorf("%s: %v", name, got)
		}
		if !errors.Is(got, cause) {
			t.Errorf("%s: the cause is lost", name)
		}
		if name == "plain" {
			continue
		}
		e := pipeline.AsError(got)
		if e.Code != inner.Code || e.Class != inner.Class || !e.MaybeDone || strings.Contains(e.Message+e.Remedy+e.Error(), planted) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	clean := fmt.Errorf("x: %w", &pipeline.Error{Code: pipeline.CodeStopped, Message: "stopped"})
	if got := r.Error(clean); got != clean { //nolint:errorlint // identity is meant
		t.Errorf("a clean error became %v", got)
	}
	if r.Error(nil) != nil {
		t.Error("no error became one")
	}
}

func TestRedactorLearns(t *testing.T) {
	r := pipeline.NewRedactor()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			r.Add(pipeline.NewSecret(fmt.Sprintf("secret-%04d", i)))
			_ = r.Text("secret-0000")
		})
	}
	all.Wait()
	if got := r.Text("secret-0000 secret-0019 secret-0020"); got != "*** *** secret-0020" {
		t.Errorf("got %s", got)
	}
}

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
)

func TestLogsTellNoSecret(t *testing.T) {
	const secret = `hush "quiet" 4711`
	var out bytes.Buffer
	known := pipeline.NewRedactor(pipeline.NewSecret(secret))
	l := slog.New(discreetHandler{slog.NewTextHandler(&out, nil), known}).With("with", "x"+secret).WithGroup("in")
	l.Info("said "+secret, "text", secret, "error", errors.New(secret), "many", []string{"a", secret}, "kept", 42,
		slog.Group("deep", "er", secret), "stringer", pipeline.NewSecret(secret), "record", struct{ Name string }{secret})
	if got := out.String(); strings.Contains(got, "4711") || strings.Count(got, "***") != 8 || !strings.Contains(got, "in.kept=42") {
		t.Errorf("got %s", got)
	}
}

func TestEnvironmentSecrets(t *testing.T) {
	env := map[string]string{
		"HTTPS_PROXY": "http://somebody:word@proxy:3128", "http_proxy": "somebody:bad word@proxy//x:y@z",
		"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector/?key=part",
		"OTEL_EXPORTER_OTLP_HEADERS":  "authorization=Bearer%20bearer, x-key = plain",
	}
	var found []string
	for _, s := range environmentSecrets(func(name string) (string, bool) { v, ok := env[name]; return v, ok }) {
		found = append(found, s.Reveal())
	}
	for _, want := range []string{"word", "part", "bearer", "plain"} {
		if !slices.Contains(found, want) {
			t.Errorf("%s is not found: %s", want, fmt.Sprint(found))
		}
	}
}

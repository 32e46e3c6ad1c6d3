package cli

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// secretsOf returns what takes the secrets of the configuration, and those in the variables that libraries read, out
// of what others write.
func (c *cli) secretsOf(cfg *config.Config) *pipeline.Redactor {
	r := pipeline.NewRedactor(cfg.Secrets()...)
	r.Add(environmentSecrets(c.Getenv)...)
	return r
}

// inAddress matches what stands between the name of a user and the host in an address.
var inAddress = regexp.MustCompile(`//[^/@:]*:([^/]*)@`)

// environmentSecrets returns the passwords of proxies and collectors, and what is sent to collectors along with traces.
func environmentSecrets(getenv func(string) (string, bool)) []pipeline.Secret {
	var found []pipeline.Secret
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		for _, name := range []string{name, strings.ToLower(name)} {
			address, _ := getenv(name)
			for _, m := range inAddress.FindAllStringSubmatch(address, -1) {
				found = append(found, pipeline.NewSecret(m[1]))
			}
			if _, query, ok := strings.Cut(address, "?"); ok {
				for pair := range strings.SplitSeq(query, "&") {
					_, value, _ := strings.Cut(pair, "=")
					found = append(found, pipeline.NewSecret(value))
				}
			}
		}
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		headers, _ := getenv(name)
		for pair := range strings.SplitSeq(headers, ",") {
			_, value, _ := strings.Cut(pair, "=")
			value = strings.TrimSpace(value)
			scheme, credentials, ok := strings.Cut(strings.ReplaceAll(value, "%20", " "), " ")
			if ok && scheme != "" {
				value = credentials
			}
			found = append(found, pipeline.NewSecret(value))
		}
	}
	return found
}

// discreetHandler takes secrets out of the messages and attributes of a log: the text of an error may come from a
// library, or from a system that repeats what it was sent.
type discreetHandler struct {
	slog.Handler
	secrets *pipeline.Redactor
}

func (h discreetHandler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, h.secrets.Text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.attr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

func (h discreetHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.attr(a)
	}
	return discreetHandler{h.Handler.WithAttrs(clean), h.secrets}
}

func (h discreetHandler) WithGroup(name string) slog.Handler {
	return discreetHandler{h.Handler.WithGroup(name), h.secrets}
}

func (h discreetHandler) attr(a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(h.secrets.Text(a.Value.String()))
	case slog.KindGroup:
		group := a.Value.Group()
		clean := make([]slog.Attr, len(group))
		for i, inner := range group {
			clean[i] = h.attr(inner)
		}
		a.Value = slog.GroupValue(clean...)
	case slog.KindAny:
		text := fmt.Sprintf("%+v", a.Value.Any())
		if clean := h.secrets.Text(text); clean != text {
			a.Value = slog.StringValue(clean)
		}
	}
	return a
}

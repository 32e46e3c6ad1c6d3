package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"github.com/tandem-sync/tandem/pipeline"
)

// Options of a Tracer.
type Options struct {
	Version string
	Logger  *slog.Logger
}

// Wanted tells whether the standard variables of OpenTelemetry ask for traces.
func Wanted(getenv func(string) (string, bool)) bool {
	is := func(name, value string) bool { v, _ := getenv(name); return v == value }
	return !is("OTEL_SDK_DISABLED", "true") && !is("OTEL_TRACES_EXPORTER", "none") &&
		(!is("OTEL_EXPORTER_OTLP_ENDPOINT", "") || !is("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""))
}

// Tracer sends spans. What the collector does not take is dropped: nothing waits for it.
type Tracer struct {
	provider *trace.TracerProvider
	tracer   api.Tracer
}

// New returns a Tracer that goes by the standard variables: where to, with which headers and certificates, how many
// cycles (OTEL_TRACES_SAMPLER). It calls nobody. It must be stopped.
func New(ctx context.Context, o Options) (*Tracer, error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "tandem"), attribute.String("service.version", o.Version)),
		resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		o.Logger.Warn("OTEL_RESOURCE_ATTRIBUTES is not all understood", "error", err)
	}
	options := []trace.TracerProviderOption{
		trace.WithBatcher(&telling{SpanExporter: exporter, logger: o.Logger}), trace.WithResource(about),
	}
	provider := trace.NewTracerProvider(options...)
	return &Tracer{provider: provider, tracer: provider.Tracer("github.com/tandem-sync/tandem")}, nil
}

// Begin is an engine.Trace.
func (t *Tracer) Begin(ctx context.Context, span string, about ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
	ctx, s := t.tracer.Start(ctx, span, api.WithAttributes(attributes(about)...))
	return ctx, func(err error, about ...slog.Attr) {
		if s.IsRecording() {
			s.SetAttributes(attributes(about)...)
		}
		if err != nil { // its text may tell what a record holds
			code := string(pipeline.AsError(err).Code)
			s.SetAttributes(attribute.String("error.type", code))
			s.SetStatus(codes.Error, code)
		}
		s.End()
	}
}

// Stop sends what is left until ctx ends.
func (t *Tracer) Stop(ctx context.Context) { _ = t.provider.Shutdown(ctx) } // telling tells

func attributes(about []slog.Attr) []attribute.KeyValue {
	all := make([]attribute.KeyValue, 0, len(about))
	for _, a := range about {
		key := "tandem." + a.Key
		switch v := a.Value; v.Kind() {
		case slog.KindInt64:
			all = append(all, attribute.Int64(key, v.Int64()))
		case slog.KindBool:
			all = append(all, attribute.Bool(key, v.Bool()))
		case slog.KindDuration:
			all = append(all, attribute.Float64(key, v.Duration().Seconds()))
		default:
			if text := v.String(); text != "" {
				all = append(all, attribute.String(key, text))
			}
		}
	}
	return all
}

// longest bounds how long the collector is waited for.
const longest = 10 * time.Second

// telling is an exporter that tells in the log when the collector takes nothing, and when it does again.
type telling struct {
	trace.SpanExporter
	logger *slog.Logger
	failed atomic.Bool
}

func (e *telling) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	err := e.SpanExporter.ExportSpans(ctx, spans)
	switch was := e.failed.Swap(err != nil); {
	case err != nil && !was:
		e.logger.Warn("the collector takes no traces; they are dropped until it does", "error", err.Error(),
			"remedy", "Look whether it listens at the endpoint of OTEL_EXPORTER_OTLP_ENDPOINT, and speaks OTLP over HTTP.")
	case err == nil && was:
		e.logger.Info("the collector takes traces again")
	}
	return nil
}

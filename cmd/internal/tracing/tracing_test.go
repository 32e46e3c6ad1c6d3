package tracing_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	v1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/tracing"
	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// receiver is a collector that keeps what it gets.
type receiver struct {
	mu    sync.Mutex
	raw   bytes.Buffer
	spans []*v1.Span
	down  bool
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	var got collector.ExportTraceServiceRequest
	if r.down || q.URL.Path != "/v1/traces" || proto.Unmarshal(body, &got) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.raw.Write(body)
	for _, resource := range got.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			r.spans = append(r.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

const title = "PLANTED-title"

// trace runs a cycle of a shop and returns what the collector got, and the log.
func trace(t *testing.T, to *receiver, fault apptest.Fault) string {
	t.Helper()
	server := httptest.NewServer(to)
	t.Cleanup(server.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	var log bytes.Buffer
	tracer, err := tracing.New(t.Context(), tracing.Options{Version: "1.2.3", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	s := apptest.New(t, fault)
	s.Insert(t, "pm", title, "CH-100")
	a, err := app.New(t.Context(), s.Config(t, ""), app.Options{Trace: tracer.Begin})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Sync(t.Context(), web.SyncRequest{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	tracer.Stop(context.Background())
	return log.String()
}

func TestACycleIsATrace(t *testing.T) {
	to := &receiver{}
	trace(t, to, nil)
	byID := map[string]*v1.Span{}
	for _, s := range to.spans {
		byID[string(s.GetSpanId())] = s
	}
	var paths []string
	for _, s := range to.spans {
		path := s.GetName()
		for p := byID[string(s.GetParentSpanId())]; p != nil; p = byID[string(p.GetParentSpanId())] {
			path = p.GetName() + " > " + path
		}
		paths = append(paths, path)
		if !bytes.Equal(s.GetTraceId(), to.spans[0].GetTraceId()) {
			t.Errorf("%s is in another trace", path)
		}
		if s.GetStatus().GetCode() == v1.Status_STATUS_CODE_ERROR {
			t.Errorf("%s failed: %s", path, s.GetStatus().GetMessage())
		}
	}
	for _, want := range []string{
		"cycle", "cycle > pm describe", "cycle > detect", "cycle > detect > pm list", "cycle > transform", "cycle > resolve", "cycle > write", "cycle > write > erp create",
	} {
		if !slices.Contains(paths, want) {
			t.Errorf("no span %q among\n%s", want, strings.Join(paths, "\n"))
		}
	}
	attributes := map[string]string{}
	for _, s := range to.spans {
		if s.GetName() == "cycle" || s.GetName() == "erp create" {
			for _, a := range s.GetAttributes() {
				attributes[s.GetName()+" "+a.GetKey()] = a.GetValue().String()
			}
		}
	}
	for key, want := range map[string]string{
		"cycle tandem.pipeline": `string_value:"products"`, "cycle tandem.result": `string_value:"done"`, "cycle tandem.writes.erp": "int_value:1",
		"erp create tandem.source": `string_value:"erp"`, "erp create tandem.records": "int_value:1",
	} {
		if got := attributes[key]; got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	for _, planted := range []string{title, "CH-100", apptest.Secret} {
		if strings.Contains(to.raw.String(), planted) {
			t.Errorf("the traces tell %q", planted)
		}
	}
}

func TestFailuresAreTold(t *testing.T) {
	to := &receiver{}
	trace(t, to, func(system, op string) memory.FaultKind {
		if system == "erp" && op == memory.OpList {
			return memory.DenyAccess
		}
		return memory.NoFault
	})
	failed := map[string]string{}
	for _, s := range to.spans {
		if s.GetStatus().GetCode() == v1.Status_STATUS_CODE_ERROR {
			failed[s.GetName()] = s.GetStatus().GetMessage()
		}
	}
	for _, span := range []string{"cycle", "detect", "erp list"} {
		if failed[span] != "access_denied" {
			t.Errorf("%s ended with %q, want access_denied; all: %v", span, failed[span], failed)
		}
	}
}

// A collector that takes nothing costs traces, and is told once.
func TestACollectorThatIsDown(t *testing.T) {
	log := trace(t, &receiver{down: true}, nil)
	if n := strings.Count(log, "the collector takes no traces"); n != 1 || !strings.Contains(log, "OTEL_EXPORTER_OTLP_ENDPOINT") {
		t.Errorf("told %d times:\n%s", n, log)
	}
}

func TestWanted(t *testing.T) {
	for _, c := range []struct {
		env  string
		want bool
	}{
		{"", false},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318", true},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces", true},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_SDK_DISABLED=true", false},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_TRACES_EXPORTER=none", false},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		if got := tracing.Wanted(func(name string) (string, bool) { v, ok := env[name]; return v, ok }); got != c.want {
			t.Errorf("%q: %v", c.env, got)
		}
	}
}

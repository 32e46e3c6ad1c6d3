package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/pipeline"
)

// refusing is a Backend whose configuration is wrong.
type refusing struct{ *scripted }

var refusal = view.Reload{
	Config: view.Config{Hash: "h1", Generation: 1, Since: at}, Started: []string{}, Replaced: []string{}, Stopped: []string{}, Kept: []string{"products"},
	Error:       &view.Error{Code: pipeline.CodeConfiguration, Message: "errors in the configuration: 1"},
	Diagnostics: []view.Diagnostic{{Severity: "error", Summary: "Unknown block", File: "shop.hcl", Line: 3}},
}

func (refusing) Reload(context.Context) (view.Reload, error) { return refusal, nil }

func TestReloadAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		backend Backend
		path    string
		status  int
		want    view.Reload
	}{
		{"taken in", &scripted{}, "/-/reload", http.StatusOK, reloaded},
		{"refused, for whoever looks at the status", refusing{&scripted{}}, "/-/reload", http.StatusUnprocessableEntity, refusal},
		{"refused, for the commands", refusing{&scripted{}}, apiPath + "/reload", http.StatusOK, refusal},
	} {
		mux := http.NewServeMux()
		for _, r := range (api{tt.backend}).routes() {
			mux.Handle(r.pattern, r.handler)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, tt.path, nil))
		var got view.Reload
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || w.Code != tt.status {
			t.Errorf("%s: status %d, want %d (-want +got):\n%s", tt.name, w.Code, tt.status, diff)
		}
	}
}

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/hashicorp/hcl/v2"

	"github.com/tandem-sync/tandem/cmd/internal/apptest"
	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

// serveShop starts the daemon of a shop, whose pipeline runs by hand, and returns where it listens.
func serveShop(t *testing.T, s *apptest.Shop) (base string) {
	t.Helper()
	cfg := s.Config(t, `
  schedule { manual = true }
  conflict { strategy = "manual" }`)
	load := func() (*config.Config, hcl.Diagnostics) {
		return config.Load(s.Dir, config.Options{Kinds: []pipeline.SourceKind{s.Kind()}})
	}
	a := bring(t, cfg, Options{Load: load})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return "http://" + a.Address()
}

// caller calls the API and holds every answer against the description that the daemon serves.
type caller struct {
	t       *testing.T
	base    string
	paths   map[string]map[string]operation
	schemas json.RawMessage
	done    map[string]int // the statuses of the operations that were called
}

type operation struct {
	Responses map[string]struct {
		Ref     string `json:"$ref"`
		Content map[string]struct{ Schema json.RawMessage }
	}
}

func newCaller(t *testing.T, base string) *caller {
	t.Helper()
	c := &caller{t: t, base: base, done: map[string]int{}}
	var doc struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas json.RawMessage }
	}
	if err := json.Unmarshal(c.send(http.MethodGet, "/api/v1/openapi.json", "").body, &doc); err != nil {
		t.Fatal(err)
	}
	c.paths, c.schemas = doc.Paths, doc.Components.Schemas
	return c
}

type answered struct {
	status int
	kind   string
	body   []byte
}

func (c *caller) send(method, path, body string) answered {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return answered{resp.StatusCode, kind, b}
}

// call calls an operation, whose path in the description is template, and returns the answer.
func (c *caller) call(method, template, path, body string) []byte {
	c.t.Helper()
	a := c.send(method, path, body)
	name := method + " " + template
	if c.done[name] != http.StatusOK {
		c.done[name] = a.status
	}
	var schema json.RawMessage
	responses := c.paths[template][strings.ToLower(method)].Responses
	if a.status == http.StatusOK {
		schema = responses["200"].Content[a.kind].Schema
	} else if responses["default"].Ref == "#/components/responses/Failure" && a.kind == "application/json" {
		schema = json.RawMessage(`{"$ref": "#/components/schemas/Failure"}`)
	}
	if schema == nil {
		c.t.Errorf("%s: an answer of status %d and type %q is not described: %s", name, a.status, a.kind, a.body)
		return a.body
	}
	if a.kind == "text/plain" {
		return a.body
	}
	resolved := c.resolve(schema)
	for dec, n := json.NewDecoder(bytes.NewReader(a.body)), 0; ; n++ {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) && n > 0 {
			return a.body
		}
		if err == nil {
			err = resolved.Validate(v)
		}
		if err != nil {
			c.t.Errorf("%s: %v\n%s", name, err, a.body)
			return a.body
		}
	}
}

func (c *caller) resolve(part json.RawMessage) *jsonschema.Resolved {
	c.t.Helper()
	text := `{"$defs": ` + string(c.schemas) + `, "allOf": [` + string(part) + `]}`
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(strings.ReplaceAll(text, "#/components/schemas/", "#/$defs/")), &s); err != nil {
		c.t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return resolved
}

// lines returns what the lines of a stream have under a key.
func lines[T any](t *testing.T, stream []byte, key string) (found []T) {
	t.Helper()
	for dec := json.NewDecoder(bytes.NewReader(stream)); dec.More(); {
		var line map[string]json.RawMessage
		var v T
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line[key] == nil {
			continue
		}
		if err := json.Unmarshal(line[key], &v); err != nil {
			t.Fatal(err)
		}
		found = append(found, v)
	}
	return found
}

// Every answer of a whole run is what docs/openapi.json says, and every operation that it has is called.
func TestAnswersAreAsDescribed(t *testing.T) {
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	s.Insert(t, "pm", "Table", "TB-1")
	s.Insert(t, "pm", "Lampe", "LA-1")
	s.Insert(t, "erp", "Lamp", "LA-1")
	s.Insert(t, "erp", "Lamp again", "LA-1") // two of that SKU: it waits in quarantine
	c := newCaller(t, serveShop(t, s))
	api := func(method, path, body string) []byte {
		t.Helper()
		template, _, _ := strings.Cut(path, "?")
		return c.call(method, "/api/v1"+template, "/api/v1"+path, body)
	}
	api("POST", "/sync", `{"pipeline": "products"}`)
	s.Edit(t, "pm", "CH-100", "title", pipeline.Text("Chaise bleue"))
	s.Edit(t, "erp", "CH-100", "title", pipeline.Text("Blue chair"))
	api("POST", "/sync", ``)
	api("GET", "/status", "")
	api("GET", "/check", "")
	api("GET", "/check?source=nope", "")
	api("GET", "/explain?record=CH-100", "")
	api("GET", "/history?record=CH-100&limit=3", "")
	api("GET", "/history?since=yesterday", "")
	api("GET", "/runs?limit=1", "")
	api("GET", "/sources", "")
	api("GET", "/config", "")
	api("GET", "/adoptions", "")
	api("GET", "/state/check", "")
	api("POST", "/state/export", `{"history": true}`)
	api("POST", "/state/forget", `{"record": "CH-100", "look": true}`)
	api("POST", "/approve", `{"pipeline": "products", "by": "anna"}`)
	api("POST", "/adopt", `{"pipeline": "nope", "now": {}, "by": "anna"}`)
	api("POST", "/pause", `{"pipelines": ["products"], "by": "anna", "reason": "stocktaking"}`)
	api("POST", "/resume", `{"pipelines": ["products"], "by": "anna"}`)
	api("POST", "/reload", "")
	api("GET", "/openapi.json", "")

	var waiting []view.Conflict
	if err := json.Unmarshal(api("GET", "/conflicts", ""), &waiting); err != nil || len(waiting) != 1 {
		t.Fatalf("%d conflicts, %v", len(waiting), err)
	}
	path := "/api/v1/conflicts/" + waiting[0].ID
	c.call("GET", "/api/v1/conflicts/{id}", path, "")
	c.call("GET", "/api/v1/conflicts/{id}", "/api/v1/conflicts/nope", "")
	c.call("POST", "/api/v1/conflicts/{id}/resolve", path+"/resolve", `{"take": 1}`)
	c.call("POST", "/api/v1/conflicts/{id}/resolve", path+"/resolve", `{"take": "pm", "by": "anna"}`)
	var failed []view.Quarantined
	if err := json.Unmarshal(api("GET", "/quarantine", ""), &failed); err != nil || len(failed) == 0 {
		t.Fatalf("%d in quarantine, %v", len(failed), err)
	}
	c.call("GET", "/api/v1/quarantine/{id}", "/api/v1/quarantine/"+failed[0].ID, "")
	api("POST", "/quarantine/retry", `{"ids": []}`)

	s.Edit(t, "pm", "TB-1", "price", pipeline.Int(12))
	plan := strings.Join(lines[string](t, api("POST", "/plan", `{"pipeline": "products", "keep": true}`), "kept"), "")
	reports := lines[pipeline.Report](t, c.call("POST", "/api/v1/apply", "/api/v1/apply?name=p&by=anna", plan), "report")
	if len(reports) != 1 || reports[0].Result == pipeline.ResultFailed {
		t.Fatalf("the kept plan was not carried out: %+v\n%s", reports, plan)
	}
	cycle := `{"cycle": "` + string(reports[0].Cycle) + `"}`
	api("POST", "/undo/plan", cycle)
	api("POST", "/undo", cycle)
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		c.call("GET", path, path, "")
	}
	c.call("POST", "/-/reload", "/-/reload", "")

	c.call("POST", "/hooks/{source}", "/hooks/erp", "{}")
	c.call("POST", "/hooks/{source}/{secret}", "/hooks/erp/x", "{}")

	c.call("POST", "/api/v1/webhooks/{source}/register", "/api/v1/webhooks/erp/register", "")

	// Nothing here is braked, or another system, or has a webhook.
	refused := []string{"POST /api/v1/approve", "POST /api/v1/adopt", "POST /hooks/{source}", "POST /hooks/{source}/{secret}", "POST /api/v1/webhooks/{source}/register"}
	for path, operations := range c.paths {
		for method := range operations {
			name := strings.ToUpper(method) + " " + path
			status, called := c.done[name]
			if ok := status == http.StatusOK; !called || ok == slices.Contains(refused, name) {
				t.Errorf("%s: called %v, status %d", name, called, status)
			}
		}
	}
}

// The examples of docs/api.md, as they stand there.
func TestExamplesOfTheAPI(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	page, err := os.ReadFile("../../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)^curl .*$`).FindAllString(string(page), -1)
	if len(examples) < 5 {
		t.Fatalf("only %d examples were found", len(examples))
	}
	s := apptest.New(t, nil)
	s.Insert(t, "pm", "Chaise", "CH-100")
	base := serveShop(t, s)
	for _, example := range append(examples, `curl -fsS --unix-socket "$STATE/tandem.sock" http://localhost/api/v1/status`) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(example, "curl", "$CURL", 1))
		cmd.Env = []string{"CURL=" + curl, "TANDEM=" + base, "TOKEN=x", "STATE=" + s.StateDir()}
		out, err := cmd.CombinedOutput()
		if err != nil || !json.Valid(bytes.SplitN(out, []byte("\n"), 2)[0]) {
			t.Errorf("%s: %v\n%s", example, err, out)
		}
	}
}

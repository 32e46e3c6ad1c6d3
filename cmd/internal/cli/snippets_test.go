package cli

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tandem-sync/tandem/cmd/internal/app"
	"github.com/tandem-sync/tandem/cmd/internal/render"
	"github.com/tandem-sync/tandem/config"
)

// What the word behind `hcl` says of a snippet; a page shows only the first.
const (
	wrongSnippet = "wrong" // it has an error, which the next block of code shows
	varsSnippet  = "vars"  // a variable file
)

// TestHCLSnippets: every HCL snippet of a page loads: as it is where it is a whole configuration, else in a frame of
// what it lacks. One that is marked as wrong gives the error that the next block of code shows.
func TestHCLSnippets(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		for i, f := range p.fences {
			if f.lang() != "hcl" || p.path == "docs/functions.md" { // expressions, which config/functions holds
				continue
			}
			found++
			told, frame := loadSnippet(t, f)
			switch mark := strings.TrimSpace(strings.TrimPrefix(f.info, "hcl")); mark {
			case "":
				if told != "" {
					t.Errorf("%s: the snippet, %s, gives\n%s", f.at(0), frame, told)
				}
			case varsSnippet:
			case wrongSnippet:
				if i+1 == len(p.fences) || p.fences[i+1].lang() == "hcl" {
					t.Errorf("%s: what is wrong with the snippet is not shown below it", f.at(0))
				} else if want := strings.TrimSpace(p.fences[i+1].text); want == "" || !gives(t, f, want) {
					t.Errorf("%s: the snippet does not give the error that the page shows:\n%s", f.at(0), want)
				}
			default:
				t.Errorf("%s: nothing is known of a snippet that is %q", f.at(0), mark)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d snippets were found", found)
	}
}

// The frames: what a snippet may lack.
const (
	frameSources = `
source "products_manager" "pm" {
  url     = "https://api.productsmanager.app/api/v1"
  api_key = env("PM_API_KEY")
}
source "odoo" "erp" {
  url      = "https://example.odoo.com"
  database = "example"
  login    = "sync@example.com"
  api_key  = env("ODOO_API_KEY")
  stock {
    warehouse = "WH"
  }
}
`
	frameMedia = `
media "folder" "images" {
  path       = "/srv/images"
  public_url = "https://media.example.com"
}
media "s3" "images" {
  endpoint   = "minio.example.com:9000"
  bucket     = "pm-manager"
  access_key = env("MINIO_ACCESS_KEY")
  secret_key = env("MINIO_SECRET_KEY")
  public_url = "https://media.example.com/pm-manager"
}
`
	framePipeline = `
pipeline "products" {
  left  = source.products_manager.pm
  right = source.odoo.erp
  media = media.folder.images
  %s
}
`
)

// loadSnippet loads a snippet, and returns what is wrong with it and how it was read.
func loadSnippet(t *testing.T, f fence) (told, where string) {
	t.Helper()
	name := "snippet.hcl"
	file, problems := hclsyntax.ParseConfig([]byte(f.text), name, hcl.InitialPos)
	if problems.HasErrors() {
		return problems.Error(), "as it is"
	}
	body := file.Body.(*hclsyntax.Body)
	if hasBlock(body, "test") { // a file of tests, or a part of one: that it can be read is all that is asked here
		return "", "as it is"
	}
	for _, frame := range frames(config.Describe(app.Kinds())) {
		if fits(body, frame.holds) {
			files := maps.Clone(f.tables)
			if files == nil {
				files = map[string]string{}
			}
			files[name] = fmt.Sprintf(frame.around, f.text)
			if frame.name == aConfiguration {
				files["frame.hcl"] = missing(body)
			}
			now := load(t, files)
			if now == "" {
				return "", frame.name
			}
			if told == "" {
				told, where = now, frame.name
			}
		}
	}
	if told == "" {
		return "It fits nowhere in a configuration.", "as it is"
	}
	return told, where
}

// gives tells whether a snippet that is wrong gives that error at some place where it may stand.
func gives(t *testing.T, f fence, want string) bool {
	t.Helper()
	return slices.ContainsFunc(frames(config.Describe(app.Kinds())), func(frame snippetFrame) bool {
		return strings.Contains(load(t, map[string]string{"snippet.hcl": fmt.Sprintf(frame.around, f.text)}), want)
	})
}

const aConfiguration = "read as a part of a configuration"

// snippetFrame is a place of a configuration where a snippet may stand.
type snippetFrame struct {
	name   string
	holds  []config.Setting // what there may be at that place
	around string           // the configuration, with %s at that place
}

// frames are the places, those that hold less before those that hold anything.
func frames(top []config.Setting) []snippetFrame {
	pipeline := settingOf(top, "pipeline").Block
	conflict, mapping := settingOf(pipeline, "conflict").Block, settingOf(pipeline, "mapping").Block
	field := settingOf(mapping, "field").Block
	within := func(inPipeline string) string {
		return frameSources + frameMedia + fmt.Sprintf(framePipeline, inPipeline)
	}
	all := []snippetFrame{
		{aConfiguration, top, "%s"},
		{"read as a part of a daemon block", settingOf(top, "daemon").Block, "daemon {\n%s\n}"},
		{"read as a part of a conflict block", conflict, within("mapping {\n defaults = true\n}\nconflict {\n%s\n}")},
		{"read as a part of a mapping block", mapping, within("mapping {\n defaults = true\n %s\n}")},
		{"read as a part of a pipeline without a mapping", except(pipeline, "mapping", "left", "right"), within("mapping {\n defaults = true\n}\n%s")},
		{"read as a part of a pipeline", except(pipeline, "left", "right"), within("%s")},
		{
			"read as a part of a field block",
			append(field, config.Setting{Name: "erp"}, config.Setting{Name: "to_erp"}, config.Setting{Name: "to_pm"}),
			within("mapping {\n defaults = true\n field \"price\" {\n%s\n}\n}"),
		},
	}
	for i, label := range []string{"odoo", "products_manager"} {
		var source config.Setting
		for _, s := range top {
			if s.Name == "source" && s.Labels[0] == `"`+label+`"` {
				source = s
			}
		}
		first := strings.Split(frameSources, "\n}\n")[1-i]
		all = append(all, snippetFrame{"read as a part of a source", source.Block, strings.ReplaceAll(strings.Split(first, "  stock {")[0], "%", "%%") + "\n%s\n}"})
	}
	return all
}

func except(settings []config.Setting, names ...string) []config.Setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s config.Setting) bool { return slices.Contains(names, s.Name) })
}

// missing is what a part of a configuration refers to and does not have.
func missing(body *hclsyntax.Body) string {
	frame := ""
	if !hasBlock(body, "source") && (hasBlock(body, "pipeline") || hasBlock(body, "mapping")) {
		frame += frameSources
	}
	if !hasBlock(body, "media") && hasBlock(body, "pipeline") {
		frame += frameMedia
	}
	return frame
}

func hasBlock(body *hclsyntax.Body, kind string) bool {
	return slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == kind })
}

// fits tells whether everything in a body is among those settings.
func fits(body *hclsyntax.Body, settings []config.Setting) bool {
	for name := range body.Attributes {
		if s := settingOf(settings, name); s.Name == "" || s.Kind == "block" {
			return false
		}
	}
	for _, b := range body.Blocks {
		if !slices.ContainsFunc(settings, func(s config.Setting) bool {
			return s.Name == b.Type && len(s.Labels) == len(b.Labels) && (s.Open || fits(b.Body, s.Block) || b.Type == "mapping")
		}) {
			return false
		}
	}
	return true
}

func settingOf(settings []config.Setting, name string) config.Setting {
	i := slices.IndexFunc(settings, func(s config.Setting) bool { return s.Name == name })
	if i < 0 {
		return config.Setting{}
	}
	return settings[i]
}

var credentialCall = regexp.MustCompile(`credential\("([^"]+)"\)`)

// certificate is one in PEM.
func certificate() []byte {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

// load returns what is wrong with a configuration; "" if nothing is. What a part cannot have is not wrong.
func load(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, credentials := t.TempDir(), t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, `file("ca.pem")`) {
			if err := os.WriteFile(filepath.Join(dir, "ca.pem"), certificate(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range credentialCall.FindAllStringSubmatch(text, -1) {
			if err := os.WriteFile(filepath.Join(credentials, c[1]), []byte("key"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cfg, problems := config.Load(dir, config.Options{
		Kinds: app.Kinds(), CredentialsDir: credentials,
		Getenv: func(name string) (string, bool) { return "key", !strings.HasPrefix(name, config.EnvPrefix) },
	})
	problems = slices.DeleteFunc(problems, func(d *hcl.Diagnostic) bool {
		return d.Severity == hcl.DiagWarning &&
			(strings.HasPrefix(d.Summary, "Unused ") || d.Summary == "No pipeline" || d.Summary == "Certificate not there" || d.Summary == "Standard field left out")
	})
	if len(problems) == 0 {
		return ""
	}
	var b bytes.Buffer
	if err := (render.Output{W: &b}).Diagnostics(problems, cfg.Files); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), dir+"/", "")
}

// TestJSONSnippets: every JSON snippet of a page is JSON.
func TestJSONSnippets(t *testing.T) {
	for _, p := range pages(t) {
		for _, f := range p.fences {
			var v any
			if err := json.Unmarshal([]byte(f.text), &v); f.lang() == "json" && err != nil {
				t.Errorf("%s: %v", f.at(0), err)
			}
		}
	}
}

package config_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
)

var stores = `
media "s3" "images" {
  endpoint   = "minio.example.com:9000"
  bucket     = "pm-manager"
  key        = "images/${sku}-${hash}.${ext}"
  access_key = env("MINIO_ACCESS_KEY")
  secret_key = env("MINIO_SECRET_KEY")
  public_url = "https://media.example.com/pm-manager"
}
media "s3" "inside" {
  endpoint   = "10.0.0.1:9000"
  bucket     = "b"
  access_key = env("MINIO_ACCESS_KEY")
  secret_key = env("MINIO_SECRET_KEY")
  public_url = "http://10.0.0.1/b"
  region     = "eu-west-3"
  tls        = false
  ca         = ` + strconv.Quote(anyCertificate) + `
}
media "folder" "local" {
  path       = "/srv/images"
  public_url = "http://localhost"
  key        = "${hash}"
}
`

// anyCertificate is one in PEM.
var anyCertificate = func() string {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}()

func TestMedia(t *testing.T) {
	c := mustLoad(t, write(t, map[string]string{"a.hcl": sources + hashed + stores}), options(t))
	secretText := pipeline.NewSecret(secret)
	want := []config.Media{
		{Kind: "s3", Label: "images", Settings: &config.S3Media{
			Endpoint: "minio.example.com:9000", Bucket: "pm-manager", AccessKey: secretText, SecretKey: secretText,
			PublicURL: "https://media.example.com/pm-manager", TLS: true,
		}},
		{Kind: "s3", Label: "inside", Settings: &config.S3Media{
			Endpoint: "10.0.0.1:9000", Bucket: "b", AccessKey: secretText, SecretKey: secretText, PublicURL: "http://10.0.0.1/b", Region: "eu-west-3", CA: anyCertificate,
		}},
		{Kind: "folder", Label: "local", Settings: &config.FolderMedia{Path: "/srv/images", PublicURL: "http://localhost"}},
	}
	same := cmp.Comparer(func(a, b config.Media) bool {
		return a.Kind == b.Kind && a.Label == b.Label && cmp.Equal(a.Settings, b.Settings, cmp.AllowUnexported(pipeline.Secret{}))
	})
	if diff := cmp.Diff(want, c.Media, same); diff != "" {
		t.Error(diff)
	}
	if len(c.Media) != 3 || c.Media[1].Key != nil {
		t.Fatalf("%d stores; a key that was not written", len(c.Media))
	}
	variables := map[string]string{"sku": "MH01", "hash": "00ff", "ext": "jpg"}
	for i, want := range map[int]string{0: "images/MH01-00ff.jpg", 2: "00ff"} {
		if got, err := c.Media[i].Key(variables); err != nil || got != want {
			t.Errorf("key %q, %v; want %q", got, err, want)
		}
	}
	if _, err := c.Media[0].Key(nil); err == nil || !strings.Contains(err.Error(), "sku") {
		t.Errorf("a key of nothing: %v", err)
	}
}

// TestMediaInHash: what a store is has a part in the hash of the whole, its secrets have none.
func TestMediaInHash(t *testing.T) {
	whole, definition := hashes(t, options(t), sources, hashed, stores)
	for old, new := range map[string]string{
		`"pm-manager"`: `"other"`, `tls        = false`: "", `"${hash}"`: `"x/${hash}"`, `"/srv/images"`: `"/srv/other"`, `"eu-west-3"`: `"eu-west-2"`,
	} {
		changed := strings.Replace(stores, old, new, 1)
		if w, d := hashes(t, options(t), sources, hashed, changed); changed == stores || w == whole || d != definition {
			t.Errorf("%s: whole %s (was %s), pipeline %s (was %s)", old, w, whole, d, definition)
		}
	}
	opts := options(t)
	opts.Getenv = func(string) (string, bool) { return "https://odoo.example.com", true }
	opts.Vars = map[string]string{"shop": "paris"}
	if w, _ := hashes(t, opts, hashed, stores, sources); w != whole {
		t.Error("secrets or the order of files have a part in the hash")
	}
}

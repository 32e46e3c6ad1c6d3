package app

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/tandem-sync/tandem/cmd/internal/view"
	"github.com/tandem-sync/tandem/config"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// encrypted starts a TLS server before a system and returns its address.
func encrypted(t *testing.T, before string) *httptest.Server {
	t.Helper()
	to, err := url.Parse(before)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(to))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// TestAuthoritiesOfOnesOwn: both systems and the store of images prove who they are by an authority that the system
// does not know, and `check` tells what to write where the configuration does not name it.
func TestAuthoritiesOfOnesOwn(t *testing.T) {
	pm := pmsim.New(pmsim.Config{})
	pmAddress, err := pm.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pm.Close() })
	erp, err := odoosim.New(odoosim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	erpAddress, err := erp.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = erp.Close() })
	backend := s3mem.New()
	if err := backend.CreateBucket("shop"); err != nil {
		t.Fatal(err)
	}
	plain := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(plain.Close)
	pmFront, erpFront, s3Front := encrypted(t, pmAddress), encrypted(t, erpAddress), encrypted(t, plain.URL)

	dir := t.TempDir()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pmFront.Certificate().Raw})) // httptest's, which signed itself
	for name, text := range map[string]string{"ca.pem": ca, "no.pem": "nothing of that kind"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(block, attribute string) (*config.Config, error) {
		text := fmt.Sprintf(`
source "products_manager" "pm" {
  url     = %q
  api_key = %q
  %s
}
source "odoo" "erp" {
  url      = %q
  database = "odoo"
  login    = %q
  api_key  = %q
  %[3]s
}
media "s3" "images" {
  endpoint   = %[7]q
  bucket     = "shop"
  region     = "us-east-1"
  access_key = "access"
  secret_key = "secret-key"
  public_url = "%[8]s/shop"
  %[9]s
}
`, pmFront.URL+"/api/v1", pmsim.DefaultAPIKey, block, erpFront.URL, odoosim.BotLogin, odoosim.BotKey, strings.TrimPrefix(s3Front.URL, "https://"), s3Front.URL, attribute)
		if err := os.WriteFile(filepath.Join(dir, "tandem.hcl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, diags := config.Load(dir, config.Options{Kinds: Kinds()})
		if diags.HasErrors() {
			return nil, errors.Join(diags.Errs()...)
		}
		return cfg, nil
	}
	check := func(block, attribute string) map[string]pipeline.Check {
		cfg, err := load(block, attribute)
		if err != nil {
			t.Fatal(err)
		}
		a := bring(t, cfg, Options{State: StateNone})
		found, err := a.Check(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return firsts(found)
	}
	for source, c := range check("", "") {
		if c.Grade != pipeline.GradeFailed || c.Code != pipeline.CodeTLSFailed || !strings.Contains(c.Remedy, `ca = file("ca.pem")`) {
			t.Errorf("without the authority, %s: %+v", source, c)
		}
	}
	for source, c := range check(`tls { ca = file("ca.pem") }`, `ca = file("ca.pem")`) {
		if c.Grade != pipeline.GradePassed {
			t.Errorf("with it, %s: %+v", source, c)
		}
	}
	for mistake, want := range map[string]string{
		`tls { ca = file("no.pem") }`: "certificates in PEM form", `tls { ca = file("gone.pem") }`: "There is no file gone.pem",
		`tls { ca_file = "ca.pem" }`: "no attribute", `tls { insecure = true }`: "no attribute",
		"tls {\n  cert = file(\"ca.pem\")\n}": "needs the key",
	} {
		if _, err := load(mistake, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", mistake, err)
		}
	}
}

// firsts returns the first test of each source or store: whether it can be reached.
func firsts(found []view.SourceCheck) map[string]pipeline.Check {
	first := map[string]pipeline.Check{}
	for _, c := range found {
		first[c.Source] = c.Checks[0]
	}
	return first
}

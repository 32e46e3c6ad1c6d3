package download_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/media/download"
)

func TestServed(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/probe":
			write(w, []byte("what was put there"))
		case "/large":
			write(w, make([]byte, 4<<20))
		case "/closed":
			w.WriteHeader(http.StatusForbidden)
		default:
			write(w, []byte("<html>a login page</html>"))
		}
	})
	gone := serve(t, nil)
	gone.Close()
	for address, says := range map[string]string{
		server.URL + "/probe":  "",
		server.URL + "/other":  "is not what was put there",
		server.URL + "/large":  "more than",
		server.URL + "/closed": "403",
		gone.URL + "/probe":    "nobody listens",
		"no address":           "neither http nor https",
	} {
		err := download.Served(t.Context(), address, []byte("what was put there"), nil)
		e := pipeline.AsError(err)
		switch {
		case says == "" && err != nil:
			t.Errorf("%s: %v", address, err)
		case says != "" && (e == nil || e.Code != pipeline.CodeMediaStore || !strings.Contains(e.Message, says) || !strings.Contains(e.Remedy, "public_url")):
			t.Errorf("%s: %v, want %q", address, err, says)
		}
	}
}

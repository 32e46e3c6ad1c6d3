package web

import (
	"net/http"

	"github.com/tandem-sync/tandem/cmd/internal/web/ui"
)

// headers gives every answer what browsers are to be told, whatever its handler does. A handler may set another value.
func (s *Server) headers(next http.Handler) http.Handler {
	encrypted := publiclyEncrypted(s.cfg)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", ui.Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if encrypted {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

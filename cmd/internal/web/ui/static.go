package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
)

//go:embed static
var staticFiles embed.FS

//go:embed templates
var layoutFiles embed.FS

// StaticPath is where the style sheet and the scripts are. They hold nothing secret.
const StaticPath = "/static/"

// Static serves them. Their addresses in pages change with their content, so browsers keep them for good.
func Static() http.Handler {
	files := http.FileServerFS(staticFiles)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		if r.URL.Query().Has("v") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		if r.URL.Path == StaticPath { // no listing
			http.NotFound(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// assets returns the addresses of the static files by name.
func assets() (map[string]string, error) {
	addresses := map[string]string{}
	err := fs.WalkDir(staticFiles, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := staticFiles.ReadFile(path)
		sum := sha256.Sum256(b)
		addresses[d.Name()] = "/" + path + "?v=" + hex.EncodeToString(sum[:6])
		return err
	})
	return addresses, err
}

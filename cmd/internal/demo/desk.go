package demo

import (
	_ "embed" // the page
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

//go:embed desk.html
var deskPage string

// maxEdit bounds what an edit may send.
const maxEdit = 1 << 20

// desk is where the user plays the shop's staff: a page with both catalogues beside each other, and plain
// JSON for edits by curl, since Odoo itself speaks XML-RPC only.
type desk struct {
	shop   *shop
	images string
	page   *template.Template
	server *http.Server
	served chan struct{}
	url    string
}

// openDesk serves the desk on a free port, and the folder images beside it.
func openDesk(s *shop, images string) (*desk, error) {
	page, err := template.New("desk").Parse(deskPage)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the page of both catalogues: %w", err)
	}
	d := &desk{shop: s, images: images, page: page, served: make(chan struct{}), url: "http://" + l.Addr().String()}
	d.server = &http.Server{Handler: d.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(d.served)
		_ = d.server.Serve(l) // always http.ErrServerClosed, or the listener's end
	}()
	return d, nil
}

func (d *desk) close() error {
	err := d.server.Close()
	<-d.served
	return err
}

// handler refuses edits that pages of other sites make the browser send.
func (d *desk) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.showPage)
	mux.Handle("GET /"+imagesDir+"/", http.StripPrefix("/"+imagesDir, http.FileServerFS(os.DirFS(d.images))))
	for path, in := range map[string]system{
		"/pm/products":  {d.shop.insertPM, d.shop.editPM, d.shop.showPM},
		"/erp/products": {d.shop.insertERP, d.shop.editERP, d.shop.showERP},
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { d.insert(w, r, in) })
		mux.HandleFunc("POST "+path+"/{name}", func(w http.ResponseWriter, r *http.Request) { d.edit(w, r, in) })
		mux.HandleFunc("GET "+path+"/{name}", func(w http.ResponseWriter, r *http.Request) { d.show(w, r.PathValue("name"), in) })
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// system is what can be done in one of the systems.
type system struct {
	insert func(fields map[string]any) error
	change func(name string, fields map[string]any) error
	show   func(name string) (map[string]any, error)
}

func (d *desk) insert(w http.ResponseWriter, r *http.Request, in system) {
	fields, _, err := fieldsOf(w, r)
	if err == nil {
		err = in.insert(fields)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// edit answers a form with the page and JSON with the product.
func (d *desk) edit(w http.ResponseWriter, r *http.Request, in system) {
	name := r.PathValue("name")
	fields, form, err := fieldsOf(w, r)
	if err == nil {
		err = in.change(name, fields)
	}
	switch {
	case err != nil:
		refuse(w, err)
	case form:
		http.Redirect(w, r, "/#"+url.PathEscape(name), http.StatusSeeOther)
	default:
		d.show(w, name, in)
	}
}

func (d *desk) show(w http.ResponseWriter, name string, in system) {
	product, err := in.show(name)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(product) // the client has gone
}

// fieldsOf reads a form of the page or, whatever else the content type says, JSON: curl -d sends JSON as
// a form.
func fieldsOf(w http.ResponseWriter, r *http.Request) (fields map[string]any, form bool, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxEdit)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(maxEdit); err != nil {
			return nil, true, err
		}
		fields = map[string]any{}
		for name, values := range r.PostForm {
			fields[name] = values[0]
		}
		return fields, true, nil
	}
	dec := json.NewDecoder(r.Body)
	dec.UseNumber()
	if err := dec.Decode(&fields); err != nil {
		return nil, false, fmt.Errorf("send the fields as JSON, such as {\"price\": 12.50}: %w", err)
	}
	if len(fields) == 0 {
		return nil, false, errors.New("send at least one field, such as {\"price\": 12.50}")
	}
	return fields, false, nil
}

func refuse(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusUnprocessableEntity)
}

func (d *desk) showPage(w http.ResponseWriter, _ *http.Request) {
	rows, err := d.shop.sideBySide()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	_ = d.page.Execute(w, rows) // the client has gone
}

package demo

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// ask sends a request to a desk that nobody else sees, and returns the answer with its body.
func ask(t *testing.T, d *desk, r *http.Request) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	d.handler().ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

func openedDesk(t *testing.T) *desk {
	t.Helper()
	s, err := openShop(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDesk(s, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func post(path, body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
}

func form(t *testing.T, path string, fields map[string]string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, v := range fields {
		if err := w.WriteField(name, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func TestDeskPage(t *testing.T) {
	d := openedDesk(t)
	if err := d.shop.editPM(skuBoth, map[string]any{"title": `<script>alert("x")</script>`}); err != nil {
		t.Fatal(err)
	}
	answer, page := ask(t, d, httptest.NewRequest(http.MethodGet, "/", nil))
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("HTTP %d", answer.StatusCode)
	}
	for part, n := range map[string]int{
		"<tr>":                          1 + 60 + 14 - 5, // the heading, and five products of both that have the same SKU
		"not there":                     60 - 5 + 14 - 5,
		">" + skuTwice + "\n":           2,
		"Tente dôme 2 places « Névé »":  1,
		"Tente 2p NEVE":                 1,
		"<script>":                      0,
		`class="off"`:                   3, // inactive, a draft, archived
		`action="/erp/products/5"`:      1,
		`name="list_price" value="119"`: 1,
		`name="price" value="28.495"`:   1,
	} {
		if got := strings.Count(page, part); got != n {
			t.Errorf("%q is %d times on the page, want %d", part, got, n)
		}
	}
}

func TestDeskEdits(t *testing.T) {
	d := openedDesk(t)
	id := d.shop.inPM(t, skuBoth).ID
	answer, body := ask(t, d, form(t, "/pm/products/"+id, map[string]string{"title": "Théière bleue", "price": "65.50"}))
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/#"+id {
		t.Errorf("a form is answered with HTTP %d %s %s", answer.StatusCode, answer.Header, body)
	}
	if p := d.shop.inPM(t, skuBoth); p.Text("title") != "Théière bleue" || p.Text("price") != "65.5" {
		t.Errorf("it is now %v", p.Fields)
	}
	answer, body = ask(t, d, post("/erp/products/"+skuPriced, `{"list_price": 110, "barcode": null, "categ_id": "All / Maison / Neuf"}`))
	if answer.StatusCode != http.StatusOK || !strings.Contains(body, `"list_price": 110`) {
		t.Errorf("JSON is answered with HTTP %d %s", answer.StatusCode, body)
	}
	o := d.shop.inERP(t, skuPriced)
	if o["barcode"] != false || o["categ_id"].([]any)[1] != "All / Maison / Neuf" {
		t.Errorf("it is now %v", o)
	}
	for path, body := range map[string]string{
		"/pm/products":  `{"sku": "N-1", "title": "Neuf"}`,
		"/erp/products": `{"default_code": "N-2", "name": "Neuf", "list_price": 1.5}`,
	} {
		if answer, told := ask(t, d, post(path, body)); answer.StatusCode != http.StatusCreated {
			t.Errorf("%s: HTTP %d %s", path, answer.StatusCode, told)
		}
	}
	if d.shop.inPM(t, "N-1").Text("title") != "Neuf" || d.shop.inERP(t, "N-2")["list_price"] != 1.5 {
		t.Error("new products are not as they were sent")
	}
}

func TestDeskRefuses(t *testing.T) {
	d := openedDesk(t)
	foreign := form(t, "/pm/products/"+skuBoth, map[string]string{"title": "x"})
	foreign.Header.Set("Origin", "http://elsewhere.example")
	for name, c := range map[string]struct {
		r      *http.Request
		status int
		told   string
	}{
		"a page of another site": {foreign, http.StatusForbidden, "cross-origin"},
		"not JSON":               {post("/pm/products/"+skuBoth, "price=1"), http.StatusUnprocessableEntity, `send the fields as JSON, such as {"price": 12.50}`},
		"nothing":                {post("/pm/products/"+skuBoth, "{}"), http.StatusUnprocessableEntity, "at least one field"},
		"unknown in pm":          {post("/pm/products/NOPE", `{"price": 1}`), http.StatusUnprocessableEntity, `there is no product "NOPE" in Products Manager`},
		"unknown in Odoo":        {post("/erp/products/99999", `{"list_price": 1}`), http.StatusUnprocessableEntity, `there is no product "99999" in Odoo`},
		"two of one SKU":         {post("/pm/products/"+skuTwice, `{"price": 1}`), http.StatusUnprocessableEntity, "there are 2 products"},
		"a wrong value":          {post("/pm/products/"+skuBoth, `{"ean": "12"}`), http.StatusUnprocessableEntity, "EAN must have 8 or 13 digits"},
		"an unknown field":       {post("/erp/products/"+skuPriced, `{"colour": "red"}`), http.StatusUnprocessableEntity, "Invalid field 'colour'"},
		"a new one, no name":     {post("/erp/products", `{"default_code": "N-3"}`), http.StatusUnprocessableEntity, "mandatory"},
		"unknown page":           {httptest.NewRequest(http.MethodGet, "/erp/products/NOPE", nil), http.StatusUnprocessableEntity, "there is no product"},
	} {
		answer, body := ask(t, d, c.r)
		if answer.StatusCode != c.status || !strings.Contains(body, c.told) {
			t.Errorf("%s: HTTP %d %s, want %d and %q", name, answer.StatusCode, body, c.status, c.told)
		}
	}
	if d.shop.inPM(t, skuBoth).Text("title") == "x" {
		t.Error("a refused edit was made")
	}
}

package odoosim_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// exact: the answer is the recorded one byte for byte. last: it is a fault with the same code and the
// same last line; the frames of the traceback before it differ from server to server.
const (
	exact = "exact"
	last  = "last line"
)

// recordings are all of them in the order in which they were made: the state that one leaves is the
// next one's.
var recordings = []struct{ name, how string }{
	{"version", exact},
	{"authenticate_ok", exact},
	{"authenticate_bad_password", exact},
	{"authenticate_wrong_db", last},
	{"execute_kw_bad_password", exact},
	{"execute_kw_wrong_db", last},
	{"search_read_11_fields", exact},
	{"search_read_empty_result", exact},
	{"search_write_date_since", exact},
	{"read_image_1920", exact},
	{"read_image_bin_size", exact},
	{"read_image_empty", exact},
	{"create", exact},
	{"create_multi", exact},
	{"write", exact},
	{"write_image", exact},
	{"read_deleted_returns_empty", exact},
	{"write_missing_record_fault", exact},
	{"unknown_model_fault", exact},
	{"unknown_method_fault", last},
	{"unknown_field_read_fault", last},
	{"unknown_field_write_fault", last},
	{"private_method_fault", exact},
	{"access_error_fault", exact},
	{"validation_error_duplicate_barcode_fault", exact},
	{"required_field_missing_fault", exact},
	{"string_in_float_fault", last},
	{"bad_image_fault", exact},
	{"image_not_base64_fault", exact},
	{"category_search_read", exact},
	{"fields_get_11", exact},
	{"quant_create_inventory_quantity", exact},
	{"quant_apply_inventory_returns_none_fault", last},
	{"quant_search_read", exact},
	{"quant_read_group", exact},
	{"product_product_search_read", exact},
	{"unlink_used_fault", exact},
	{"action_archive_none_fault", last},
	{"unlink_ok", exact},
	{"malformed_xml", last}, // it is a call of an unknown service
	{"not_xml_body", last},
	{"v1_endpoint_access_denied", exact},
	{"v1_endpoint_missing", exact},
}

func TestReplaysTheRecordings(t *testing.T) {
	for _, version := range []int{16, 18} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dir := sharedRecordings(t, version)
			checkNoneIsForgotten(t, dir)
			r := newReplay(t, dir, version)
			for _, rec := range recordings {
				t.Run(rec.name, func(t *testing.T) { r.play(t, rec.name, rec.how) })
			}
		})
	}
}

// sharedRecordings returns the folder of recordings of a version, in the shared data beside the
// repository.
func sharedRecordings(t *testing.T, version int) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above this package")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "odoo", fmt.Sprint(version))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data lacks the recordings of Odoo %d: %v", version, err)
	}
	return path
}

func checkNoneIsForgotten(t *testing.T, dir string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.request.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range found {
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".request.xml"))
	}
	var known []string
	for _, rec := range recordings {
		known = append(known, rec.name)
	}
	slices.Sort(names)
	slices.Sort(known)
	if diff := cmp.Diff(known, names); diff != "" {
		t.Errorf("recordings in the table (-) and on disk (+) differ:\n%s", diff)
	}
}

// replay is a server in the state that the real one had when the recordings began.
type replay struct {
	dir    string
	server *odoosim.Server
	now    time.Time
}

func newReplay(t *testing.T, dir string, version int) *replay {
	r := &replay{dir: dir}
	r.now = r.recordedTime(t, "category_search_read", "write_date")
	server, err := odoosim.New(odoosim.Config{
		Version: version, Database: fmt.Sprintf("odoo%d", version), Now: func() time.Time { return r.now },
		Users: []odoosim.User{
			{ID: 2, Login: "admin", Password: "KEY", Role: odoosim.Administrator},
			{ID: 8, Login: "low", Password: "lowpw1", Role: odoosim.Employee},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.server = server
	admin := server.As("admin")
	_, err = admin.Create("product.category", odoosim.Values{"name": "Internal", "parent_id": 1})
	must(t, err)
	r.makeProducts(t, admin)
	ids := r.recorded(t, "quant_create_inventory_quantity").(int64)
	server.SetNextID("stock.quant", ids)
	return r
}

// makeProducts makes the products that the recordings speak of, from what they say of them.
func (r *replay) makeProducts(t *testing.T, admin *odoosim.Session) {
	t.Helper()
	records := r.recorded(t, "search_read_11_fields").([]any)
	variants := r.recorded(t, "product_product_search_read").([]any)
	images := r.recorded(t, "read_image_1920").([]any)
	mug := records[0].(map[string]any)["id"].(int64)
	for _, row := range r.recorded(t, "search_write_date_since").([]any) {
		id := row.(map[string]any)["id"].(int64)
		if id >= mug {
			continue
		}
		r.now = parseTime(t, row.(map[string]any)["write_date"])
		r.server.SetNextID("product.template", id)
		_, err := admin.Create("product.template", odoosim.Values{"name": "Earlier"})
		must(t, err)
	}
	for i, row := range records {
		record := row.(map[string]any)
		r.now = parseTime(t, record["write_date"])
		r.server.SetNextID("product.template", record["id"].(int64))
		r.server.SetNextID("product.product", variants[i].(map[string]any)["id"].(int64))
		values := odoosim.Values{}
		for _, name := range []string{"name", "default_code", "list_price", "barcode", "description_sale", "standard_price", "weight"} {
			values[name] = record[name]
		}
		if i == 0 {
			values["image_1920"] = images[0].(map[string]any)["image_1920"]
		}
		if r.server.Version() < 18 {
			values["detailed_type"] = "product"
		} else {
			values["is_storable"] = true
		}
		_, err := admin.Create("product.template", values)
		must(t, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func parseTime(t *testing.T, v any) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime, v.(string))
	must(t, err)
	return at.Add(123456 * time.Microsecond)
}

func (r *replay) file(t *testing.T, name, kind string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, name+"."+kind))
	must(t, err)
	return b
}

// recorded returns the value that was recorded as an answer.
func (r *replay) recorded(t *testing.T, name string) any {
	t.Helper()
	v, err := xmlrpc.DecodeResponse(bytes.NewReader(r.file(t, name, "response.xml")), xmlrpc.Limits{})
	must(t, err)
	return v
}

func (r *replay) recordedTime(t *testing.T, name, field string) time.Time {
	t.Helper()
	first := r.recorded(t, name).([]any)[0].(map[string]any)
	return parseTime(t, first[field])
}

// headers returns the recorded path of the request and the headers of the answer.
func (r *replay) headers(t *testing.T, name string) (path string, h http.Header) {
	t.Helper()
	path, h = "/xmlrpc/2/common", http.Header{}
	for i, line := range strings.Split(string(r.file(t, name, "headers.txt")), "\n") {
		line = strings.TrimSpace(line)
		key, value, isHeader := strings.Cut(line, ": ")
		switch {
		case i == 0 && strings.HasPrefix(line, "POST "):
			path = strings.Fields(line)[1]
		case strings.HasPrefix(line, "HTTP"):
			h = http.Header{} // what stood before was the request's
		case isHeader:
			h.Set(key, value)
		}
	}
	return path, h
}

func (r *replay) play(t *testing.T, name, how string) {
	path, headers := r.headers(t, name)
	at, err := time.Parse(http.TimeFormat, headers.Get("Date"))
	must(t, err)
	r.now = at
	answer := httptest.NewRecorder()
	r.server.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, path, bytes.NewReader(r.file(t, name, "request.xml"))))

	got, want := answer.Body.String(), string(r.file(t, name, "response.xml"))
	if answer.Code != http.StatusOK {
		t.Errorf("HTTP status %d, want 200", answer.Code)
	}
	if how == exact {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the answer differs from the recorded one (-want +got):\n%s", diff)
		}
	} else {
		headers.Del("Content-Length")
		compareFaults(t, want, got)
	}
	for key := range headers {
		if answer.Header().Get(key) != headers.Get(key) {
			t.Errorf("header %s is %q, recorded was %q", key, answer.Header().Get(key), headers.Get(key))
		}
	}
}

func compareFaults(t *testing.T, want, got string) {
	t.Helper()
	wanted, found := faultIn(t, want), faultIn(t, got)
	if wanted.Code != found.Code || wanted.LastLine() != found.LastLine() {
		t.Errorf("fault %v, recorded was %v", found, wanted)
	}
	if head := "Traceback (most recent call last):\n"; strings.HasPrefix(wanted.String, head) != strings.HasPrefix(found.String, head) {
		t.Errorf("one of the two is a traceback and the other is not: %q", found.String)
	}
}

func faultIn(t *testing.T, body string) *xmlrpc.Fault {
	t.Helper()
	v, err := xmlrpc.DecodeResponse(strings.NewReader(body), xmlrpc.Limits{})
	var fault *xmlrpc.Fault
	if !errors.As(err, &fault) {
		t.Fatalf("no fault but %v, %v", v, err)
	}
	return fault
}

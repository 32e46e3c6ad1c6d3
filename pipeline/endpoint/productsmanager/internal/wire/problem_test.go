package wire_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

func TestReadProblem(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want wire.Problem
	}{
		"an error with details": {
			`{"error":"validation_error","message":"Invalid.","details":{"ean":["must have 8 or 13 digits","is taken"]}}`,
			wire.Problem{Code: "validation_error", Message: "Invalid: ean: must have 8 or 13 digits; is taken"},
		},
		"an error object": {
			`{"error":{"code":404,"error_code":"PRODUCT_NOT_FOUND","type":"not_found","message":"Not here","details":null,"path":"/x","request_id":"r-1","timestamp":"t"}}`,
			wire.Problem{Code: "PRODUCT_NOT_FOUND", Message: "Not here", RequestID: "r-1"},
		},
		"an error object with fields": {
			`{"error":{"error_code":"VALIDATION_FAILED","message":"Validation failed","details":[{"field":"body.price","message":"not a number","type":"x"},{"field":"title"}]}}`,
			wire.Problem{Code: "VALIDATION_FAILED", Message: "Validation failed: price: not a number; title"},
		},
		"a status": {
			`{"status":"error","error":{"code":"VALIDATION_ERROR","message":"Bad","details":{"field":"price","value":"s3cret","constraint":"positive"}}}`,
			wire.Problem{Code: "VALIDATION_ERROR", Message: "Bad: price: positive"},
		},
		"a detail":         {`{"detail":"Not enough permissions"}`, wire.Problem{Message: "Not enough permissions"}},
		"details with loc": {`{"detail":[{"loc":["body","items",0],"msg":"field required","type":"missing","input":"s3cret"}]}`, wire.Problem{Message: "items.0: field required"}},
		"windev":           {`{"success":false,"code":422,"message":"No such product","data":null,"count":0}`, wire.Problem{Message: "No such product"}},
		"a rate limit":     {`{"error":"rate_limit_exceeded","message":"Slow down","retry_after":42}`, wire.Problem{Code: "rate_limit_exceeded", Message: "Slow down", RetryAfter: 42 * time.Second}},
		"a rate limit, sentence": {
			`{"error":"rate_limit_exceeded","message":"Slow down","retry_after":"try in 1 minute","detail":"1 per 1 minute"}`,
			wire.Problem{Code: "rate_limit_exceeded", Message: "Slow down: 1 per 1 minute"},
		},
		"a rate limit, detail":    {`{"detail":"Rate limit exceeded: 300 requests/minute allowed."}`, wire.Problem{Message: "Rate limit exceeded: 300 requests/minute allowed."}},
		"seconds as text":         {`{"retry_after":"1.5"}`, wire.Problem{RetryAfter: 1500 * time.Millisecond}},
		"seconds that cannot be":  {`{"retry_after":1e300}`, wire.Problem{}},
		"negative seconds":        {`{"retry_after":-5}`, wire.Problem{}},
		"several lines, too long": {`{"message":"a\n b` + strings.Repeat("x", 500) + `"}`, wire.Problem{Message: "a b" + strings.Repeat("x", 397) + "…"}},
		"nested details":          {`{"details":{"a":{"b":["c"]},"input":"s3cret"}}`, wire.Problem{Message: "a: b: c"}},
		"no object":               {`["s3cret"]`, wire.Problem{}},
		"nothing":                 {``, wire.Problem{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Status = 418
			if diff := cmp.Diff(c.want, wire.ReadProblem(418, decode(t, c.text))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// An error may come with HTTP 200.
func TestFailure(t *testing.T) {
	for text, status := range map[string]int{
		`{"success":false,"code":404,"message":"gone"}`:                      404,
		`{"success":false,"code":"X"}`:                                       200,
		`{"success":false,"code":42}`:                                        200,
		`{"status":"error","error":{"code":"VALIDATION_ERROR"}}`:             200,
		`{"status":"error","error":{"code":409,"error_code":"DUPLICATE"}}`:   409,
		`{"success":false,"code":9e99,"message":"no status of HTTP at all"}`: 200,
	} {
		if p, failed := wire.Failure(200, decode(t, text)); !failed || p.Status != status {
			t.Errorf("%s: got %+v, %t, want the status %d", text, p, failed, status)
		}
	}
	for _, text := range []string{`{"success":true,"data":[]}`, `{"status":"error","id":"a product in the status error"}`, `[]`, ``, `{"error":"x","id":"1"}`} {
		if p, failed := wire.Failure(200, decode(t, text)); failed {
			t.Errorf("%s: got %+v, want none", text, p)
		}
	}
}

func TestReadToken(t *testing.T) {
	jwt := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"1","tenant_id":77}`)) + ".sig"
	for name, c := range map[string]struct {
		text string
		want wire.Token
	}{
		"all":            {`{"access_token":"a","refresh_token":"r","token_type":"bearer","expires_in":60}`, wire.Token{Access: "a", Refresh: "r", Life: time.Minute}},
		"with a user":    {`{"access_token":"a","user":{"id":1,"email":"e"}}`, wire.Token{Access: "a", Life: 2 * time.Hour}},
		"wrapped":        {`{"status":"success","data":{"access_token":"a","expires_in":"60","tenant_id":"shop"}}`, wire.Token{Access: "a", Life: time.Minute, Tenant: "shop"}},
		"another name":   {`{"token":"a"}`, wire.Token{Access: "a", Life: 2 * time.Hour}},
		"a tenant in it": {`{"token":"` + jwt + `"}`, wire.Token{Access: jwt, Life: 2 * time.Hour, Tenant: "77"}},
		"a broken JWT":   {`{"token":"a.!.c"}`, wire.Token{Access: "a.!.c", Life: 2 * time.Hour}},
		"not JSON":       {`{"token":"a.bm8.c"}`, wire.Token{Access: "a.bm8.c", Life: 2 * time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := wire.ReadToken(decode(t, c.text))
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
	for _, text := range []string{`{}`, `[]`, `{"access_token":""}`, `{"access_token":7}`, `{"access_token":"a b"}`, `{"access_token":"a\r\nX-Evil: 1"}`, ``} {
		_, err := wire.ReadToken(decode(t, text))
		if err == nil || strings.Contains(err.Error(), "a b") || strings.Contains(err.Error(), "Evil") {
			t.Errorf("%q: got %v, want an error without values", text, err)
		}
	}
}

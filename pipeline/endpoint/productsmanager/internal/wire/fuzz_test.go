package wire_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/internal/wire"
)

// FuzzReaders: no bytes make a reader panic, take long or say more than a message may.
func FuzzReaders(f *testing.F) {
	for _, seed := range []string{
		`{"items":[{"id":1,"price":"1.50"}],"meta":{"total":1,"page":1,"per_page":20,"has_next":false}}`,
		`{"success":true,"code":200,"data":{"products":[{"id":"a"}],"total":1,"limit":20},"count":1}`,
		`{"error":{"code":404,"error_code":"X","message":"m","details":[{"loc":["body",0],"msg":"x"}]}}`,
		`{"status":"success","data":{"access_token":"a.e30.c","expires_in":7200}}`,
		`[{"id":null},[]]`, `{"detail":"x"}`, `<html>`, `{"a":` + strings.Repeat("[", 200),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, err := wire.Decode(body)
		if err != nil {
			return
		}
		page, err := wire.ReadList(raw)
		switch {
		case err != nil && utf8.RuneCountInString(err.Error()) > 1000:
			t.Errorf("the message has %d characters", len(err.Error()))
		case err == nil && (page.Total < -1 || page.Size < 0):
			t.Errorf("impossible page: %+v", page)
		}
		if product, ok := wire.ReadOne(raw); ok && product == nil {
			t.Error("a product that is none")
		}
		p := wire.ReadProblem(500, raw)
		if utf8.RuneCountInString(p.Message) > 401 || strings.ContainsAny(p.Message+p.Code+p.RequestID, "\n\r") || p.RetryAfter < 0 {
			t.Errorf("impossible problem: %+v", p)
		}
		if p, failed := wire.Failure(200, raw); failed && p.Status != 200 && (p.Status < 400 || p.Status > 599) {
			t.Errorf("impossible status: %+v", p)
		}
		if token, err := wire.ReadToken(raw); err == nil && (token.Access == "" || strings.ContainsAny(token.Access, " \r\n") || token.Life <= 0) {
			t.Errorf("impossible token: %+v", token)
		}
	})
}

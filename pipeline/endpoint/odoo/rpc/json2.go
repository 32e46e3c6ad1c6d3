package rpc

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/json2"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// json2Protocol speaks /json/2, which Odoo has from 19 on. It knows no login: the key alone says who
// calls, and each call names the database.
type json2Protocol struct {
	cfg  Config
	wire wire
}

// version asks /web/version, which needs neither a key nor a database and is not there before 19.
func (j *json2Protocol) version(ctx context.Context) (Version, timing, error) {
	resp, t, err := j.wire.send(ctx, request{method: http.MethodGet, path: []string{"web", "version"}})
	if err != nil {
		return Version{}, t, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError {
			return Version{}, t, newStatusError(resp, "/web/version")
		}
		return Version{}, t, errNotServed
	}
	answer, err := json2.DecodeAnswer(resp.Body, maxAnswer)
	if errors.Is(err, xmlrpc.ErrMalformed) { // a page
		return Version{}, t, errNotServed
	}
	if err != nil {
		return Version{}, t, err
	}
	about, _ := answer.(map[string]any)
	text, _ := about["version"].(string)
	v, err := versionOf(text, about["version_info"])
	if err != nil {
		return v, t, errNotServed
	}
	return v, t, nil
}

func (j *json2Protocol) login(ctx context.Context) (int64, timing, error) {
	answer, t, err := j.execute(ctx, 0, Call{Operation: OpLogin, Model: "res.users", Method: "context_get"})
	if err != nil {
		return 0, t, err
	}
	about, _ := answer.(map[string]any)
	uid, _ := about["uid"].(int64)
	if uid == 0 {
		return 0, t, unexpectedError{"no user"}
	}
	return uid, t, nil
}

func (j *json2Protocol) execute(ctx context.Context, _ int64, call Call) (any, timing, error) {
	arguments, err := json2.Arguments(call.Method, call.Args, call.Options, call.Writes)
	if err != nil {
		return nil, timing{}, err
	}
	body, err := json2.Encode(arguments)
	if err != nil {
		return nil, timing{}, err
	}
	answer, t, err := j.post(ctx, call, body)
	if _, one := arguments["vals_list"].(map[string]any); one && err == nil {
		// XML-RPC answers the creation of one record with its id, JSON-2 always with a list.
		if list, _ := answer.([]any); len(list) == 1 {
			answer = list[0]
		}
	}
	return answer, t, err
}

func (j *json2Protocol) post(ctx context.Context, call Call, body []byte) (any, timing, error) {
	header := http.Header{}
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Authorization", "bearer "+j.cfg.Secret.Reveal())
	header.Set(j.cfg.databaseHeader(), j.cfg.Database)
	resp, t, err := j.wire.send(ctx, request{
		method: http.MethodPost, path: []string{"json", "2", call.Model, call.Method}, header: header, body: body,
	})
	if err != nil {
		return nil, t, err
	}
	defer func() { _ = resp.Body.Close() }()
	isJSON := strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json")
	if resp.StatusCode != http.StatusOK && !isJSON {
		return nil, t, newStatusError(resp, "/json/2")
	}
	answer, err := json2.DecodeAnswer(resp.Body, maxAnswer)
	if resp.StatusCode == http.StatusOK {
		return answer, t, err
	}
	if fault, named := json2.FaultOf(resp.StatusCode, answer); err == nil && named {
		return nil, t, fault
	}
	// A proxy's own JSON. What was read of it is no clue.
	resp.Body = http.NoBody
	return nil, t, newStatusError(resp, "/json/2")
}

// lacksDatabase tells whether a page says that the server does not know which database is meant. Odoo
// writes it in English always, since it knows nobody's language then.
func (e *statusError) lacksDatabase() bool {
	return e.code == http.StatusNotFound && bytes.Contains(e.page, []byte("No database is selected"))
}

package rpc

import (
	"context"
	"net/http"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// xmlrpcProtocol speaks /xmlrpc/2, which Odoo has had since 8.0.
type xmlrpcProtocol struct {
	cfg  Config
	wire wire
}

func (x *xmlrpcProtocol) version(ctx context.Context) (Version, timing, error) {
	answer, t, err := x.post(ctx, "common", "version")
	if err != nil {
		return Version{}, t, err
	}
	about, _ := answer.(map[string]any)
	text, _ := about["server_version"].(string)
	v, err := versionOf(text, about["server_version_info"])
	return v, t, err
}

func (x *xmlrpcProtocol) login(ctx context.Context) (int64, timing, error) {
	answer, t, err := x.post(ctx, "common", "authenticate", x.cfg.Database, x.cfg.Login, x.cfg.Secret.Reveal(), map[string]any{})
	if err != nil {
		return 0, t, err
	}
	switch uid := answer.(type) {
	case int64:
		return uid, t, nil
	case bool:
		if !uid {
			return 0, t, errLoginRefused
		}
	}
	return 0, t, unexpectedError{"no user"}
}

func (x *xmlrpcProtocol) execute(ctx context.Context, uid int64, call Call) (any, timing, error) {
	options := call.Options
	if options == nil {
		options = map[string]any{}
	}
	args := call.Args
	if args == nil {
		args = []any{}
	}
	return x.post(ctx, "object", "execute_kw", x.cfg.Database, uid, x.cfg.Secret.Reveal(), call.Model, call.Method, args, options)
}

// post sends one call and reads its answer.
func (x *xmlrpcProtocol) post(ctx context.Context, service, method string, args ...any) (any, timing, error) {
	body, err := xmlrpc.EncodeCall(method, args...)
	if err != nil {
		return nil, timing{}, err
	}
	resp, t, err := x.wire.send(ctx, request{
		method: http.MethodPost, path: []string{"xmlrpc", "2", service}, body: body, header: http.Header{"Content-Type": {"text/xml"}},
	})
	if err != nil {
		return nil, t, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, t, newStatusError(resp, "/xmlrpc/2")
	}
	answer, err := xmlrpc.DecodeResponse(resp.Body, xmlrpc.Limits{Bytes: maxAnswer})
	return answer, t, err
}

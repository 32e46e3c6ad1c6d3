package json2

import (
	"fmt"
	"maps"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// signature is how a method of Odoo 19 takes its arguments.
type signature struct {
	onRecords bool // the first argument is a list of ids, which JSON-2 calls `ids`
	params    []string
}

// signatures are those of the methods that are called. XML-RPC takes arguments by their position, and
// their names changed between the versions that have no other protocol.
func signatures() map[string]signature {
	model := func(params ...string) signature { return signature{params: params} }
	records := func(params ...string) signature { return signature{onRecords: true, params: params} }
	return map[string]signature{
		"search":                 model("domain", "offset", "limit", "order"),
		"search_count":           model("domain", "limit"),
		"search_read":            model("domain", "fields", "offset", "limit", "order"),
		"read_group":             model("domain", "fields", "groupby", "offset", "limit", "orderby", "lazy"),
		"fields_get":             model("allfields", "attributes"),
		"default_get":            model("fields"), // fields_list before 19
		"name_search":            model("name", "domain", "operator", "limit"),
		"name_create":            model("name"),
		"create":                 model("vals_list"),
		"load":                   model("fields", "data"),
		"get_param":              model("key", "default"),
		"get_installed":          model(),
		"context_get":            model(),
		"action_view_inventory":  model(),
		"read":                   records("fields", "load"),
		"write":                  records("vals"),
		"unlink":                 records(),
		"exists":                 records(),
		"get_metadata":           records(),
		"get_external_id":        records(),
		"has_access":             records("operation"),
		"has_group":              records("group_ext_id"),
		"action_archive":         records(),
		"action_unarchive":       records(),
		"action_apply_inventory": records(),
	}
}

// Arguments names the arguments of a call. Options are those that have names already, the context
// among them; a call without a context gets an empty one, since JSON-2 knows no user's own.
//
// Odoo does nothing, and says that it did, when a method of records is given none. So that is refused
// where none is allowed: for a call that writes.
func Arguments(method string, args []any, options map[string]any, writes bool) (map[string]any, error) {
	named := make(map[string]any, len(args)+len(options)+1)
	named["context"] = map[string]any{}
	maps.Copy(named, options)
	known, ok := signatures()[method]
	if !ok && len(args) > 0 {
		return nil, fmt.Errorf("%w: the arguments of %s have no names here", xmlrpc.ErrUnencodable, method)
	}
	if known.onRecords {
		var ids []any
		if len(args) > 0 {
			ids, _ = args[0].([]any)
			args = args[1:]
		}
		if len(ids) > 0 {
			named["ids"] = ids
		} else if writes {
			return nil, fmt.Errorf("%w: %s of no records", xmlrpc.ErrUnencodable, method)
		}
	}
	if len(args) > len(known.params) {
		return nil, fmt.Errorf("%w: %s takes %d arguments, not %d", xmlrpc.ErrUnencodable, method, len(known.params), len(args))
	}
	for i, v := range args {
		if _, twice := named[known.params[i]]; twice {
			return nil, fmt.Errorf("%w: %s is given %q twice", xmlrpc.ErrUnencodable, method, known.params[i])
		}
		named[known.params[i]] = v
	}
	return named, nil
}

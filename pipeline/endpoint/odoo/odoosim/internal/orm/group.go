package orm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// group is the records that share the values of the grouping fields.
type group struct {
	keys []any
	rows []*Row
}

// callReadGroup groups records and sums their numbers. With lazy, the default, it groups by the first
// field only.
func callReadGroup(c *Call) (any, error) {
	domain, err := c.domain("domain")
	if err != nil {
		return nil, err
	}
	by, lazy, err := c.groupFields()
	if err != nil {
		return nil, err
	}
	ids, err := c.Search(c.Self, domain, "id", 0, 0)
	if err != nil {
		return nil, err
	}
	groups := c.group(ids, by)
	out := make([]any, len(groups))
	for i, g := range groups {
		keys, counted := xmlrpc.Struct{}, xmlrpc.Struct{}
		for n, f := range by {
			keys = append(keys, xmlrpc.Member{Name: f.Name, Value: c.groupKey(f, g.keys[n])})
		}
		count := "__count"
		if lazy && len(by) > 0 {
			count = by[0].Name + "_count"
		}
		counted = append(counted, xmlrpc.Member{Name: count, Value: int64(len(g.rows))})
		for _, spec := range textsOf(c.Arg("fields")) {
			if sum, ok := c.sum(spec, g.rows); ok {
				counted = append(counted, sum)
			}
		}
		parts := slices.Concat(counted, keys)
		if c.Dialect().GroupsFirst {
			parts = slices.Concat(keys, counted)
		}
		out[i] = append(parts, xmlrpc.Member{Name: "__domain", Value: c.groupDomain(domain, by, g)})
	}
	return out, nil
}

func (c *Call) groupFields() (by []*Field, lazy bool, err error) {
	given, ok := c.args["lazy"]
	lazy = !ok || Truthy(given)
	for _, name := range textsOf(c.Arg("groupby")) {
		f := c.Self.byName[name]
		if f == nil || !f.Stored {
			return nil, false, c.unknownField(c.Self, name)
		}
		by = append(by, f)
	}
	if lazy && len(by) > 1 {
		by = by[:1]
	}
	return by, lazy, nil
}

// group sorts rows into groups, in the order in which their values first come.
func (c *Call) group(ids []int64, by []*Field) []*group {
	var groups []*group
	found := map[string]*group{}
	for _, id := range ids {
		r := c.Self.Fetch(id)
		keys := make([]any, len(by))
		for i, f := range by {
			keys[i] = c.Value(r, f)
		}
		name := fmt.Sprint(keys)
		g := found[name]
		if g == nil {
			g = &group{keys: keys}
			found[name] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, r)
	}
	return groups
}

func (c *Call) groupKey(f *Field, v any) any {
	switch {
	case f.Type == Many2one:
		return c.formatReference(f, v, true)
	case v == nil:
		return false
	}
	return v
}

// sum returns the sum of a field given as "name:sum", or "name" where it can be summed.
func (c *Call) sum(spec string, rows []*Row) (xmlrpc.Member, bool) {
	name, function, _ := strings.Cut(spec, ":")
	f := c.Self.byName[name]
	if f == nil || function != "sum" && function != "" || f.Type != Float {
		return xmlrpc.Member{}, false
	}
	total := 0.0
	for _, r := range rows {
		n, _ := c.Value(r, f).(float64)
		total += n
	}
	return xmlrpc.Member{Name: name, Value: Round(total, max(f.Digits, 0))}, true
}

// groupDomain returns the domain of one group, with the terms in the version's order.
func (c *Call) groupDomain(domain []any, by []*Field, g *group) []any {
	var own [][]any
	for i, f := range by {
		v := g.keys[i]
		if v == nil {
			v = false
		}
		own = append(own, []any{[]any{f.Name, "=", v}})
	}
	parts := own
	if len(domain) > 0 {
		whole := explicit(domain)
		if c.Dialect().GroupsFirst {
			parts = append([][]any{whole}, own...)
		} else {
			parts = append(own, whole)
		}
	}
	joined := []any{}
	for range len(parts) - 1 {
		joined = append(joined, "&")
	}
	return append(joined, slices.Concat(parts...)...)
}

// explicit writes the "&" between the terms of a domain that have none.
func explicit(domain []any) []any {
	expected, operators := 1, []any{}
	for _, token := range domain {
		if expected == 0 {
			operators = append(operators, "&")
			expected = 1
		}
		switch token {
		case "&", "|":
			expected++
		case "!":
		default:
			expected--
		}
	}
	return append(operators, domain...)
}

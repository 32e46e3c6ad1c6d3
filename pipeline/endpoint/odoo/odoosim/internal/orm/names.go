package orm

import (
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// NameFind returns the records whose name matches, as a reference by name does.
func (e *Env) NameFind(m *Model, name, operator string, domain []any, limit int) ([]int64, error) {
	if m.NameFind != nil {
		return m.NameFind(e, name, operator, domain, limit)
	}
	if name != "" || operator != "ilike" {
		domain = append([]any{[]any{m.NameFrom, operator, name}}, domain...)
	}
	return e.Search(m, domain, "", 0, limit)
}

func callNameSearch(c *Call) (any, error) {
	domain, err := c.domain("args")
	if err != nil {
		return nil, err
	}
	operator, limit := "ilike", 100
	if s := c.String("operator"); s != "" {
		operator = s
	}
	if _, given := c.args["limit"]; given {
		limit = c.Int("limit")
	}
	ids, err := c.NameFind(c.Self, c.String("name"), operator, domain, limit)
	if err != nil {
		return nil, err
	}
	return c.pairs(c.Self, ids), nil
}

func callNameGet(c *Call) (any, error) { return c.pairs(c.Self, c.IDs), nil }

func callNameCreate(c *Call) (any, error) {
	ids, err := c.create([]Values{{"name": c.Arg("name")}})
	if err != nil {
		return nil, err
	}
	return c.pair(c.Self.Fetch(ids[0])), nil
}

func (e *Env) pairs(m *Model, ids []int64) []any {
	pairs := []any{}
	for _, id := range ids {
		if r := m.Fetch(id); r != nil {
			pairs = append(pairs, e.pair(r))
		}
	}
	return pairs
}

func (e *Env) pair(r *Row) []any { return []any{r.ID, e.Display(r)} }

// externalIDs returns the external ids of a record, the oldest first.
func (e *Env) externalIDs(m *Model, id int64) []*Row {
	var found []*Row
	for _, x := range e.Siblings("ir.model.data", "res_id", id) {
		if x.Text("model") == m.Name {
			found = append(found, x)
		}
	}
	return found
}

// ExternalID returns the external id of a record, "" if it has none.
func (e *Env) ExternalID(m *Model, id int64) string {
	for _, x := range e.externalIDs(m, id) {
		return x.Text("complete_name")
	}
	return ""
}

// callGetMetadata tells who made and wrote records, and their external ids, to anybody who may read
// them.
func callGetMetadata(c *Call) (any, error) {
	read, err := c.Env.Read(c.Self, c.IDs, []string{"create_uid", "create_date", "write_uid", "write_date"}, true)
	if err != nil {
		return nil, err
	}
	for i, record := range read {
		id, _ := record[0].Value.(int64)
		var first, noUpdate any = false, false
		all := []any{}
		for _, x := range c.externalIDs(c.Self, id) {
			if len(all) == 0 {
				first, noUpdate = x.Text("complete_name"), x.True("noupdate")
			}
			all = append(all, xmlrpc.Struct{
				{Name: "xmlid", Value: x.Text("complete_name")},
				{Name: "noupdate", Value: x.True("noupdate")},
			})
		}
		read[i] = append(record,
			xmlrpc.Member{Name: "xmlid", Value: first},
			xmlrpc.Member{Name: "noupdate", Value: noUpdate},
			xmlrpc.Member{Name: "xmlids", Value: all})
	}
	return read, nil
}

// callGetExternalID is of no use over XML-RPC, whose keys must be texts.
func callGetExternalID(c *Call) (any, error) {
	if len(c.IDs) == 0 {
		return xmlrpc.Struct{}, nil
	}
	return nil, Errorf("TypeError", "dictionary key must be string")
}

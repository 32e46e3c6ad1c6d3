package orm

import (
	"slices"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// common returns the methods that every model has.
func common() map[string]Method {
	return map[string]Method{
		"search":              {Params: []string{"domain", "offset?", "limit?", "order?", "count?"}, Run: callSearch},
		"search_count":        {Params: []string{"domain", "limit?"}, Run: callSearchCount},
		"search_read":         {Params: []string{"domain?", "fields?", "offset?", "limit?", "order?", "load?"}, Run: callSearchRead},
		"read":                {Params: []string{"fields?", "load?"}, OnRecords: true, Run: callRead},
		"read_group":          {Params: []string{"domain", "fields", "groupby", "offset?", "limit?", "orderby?", "lazy?"}, Run: callReadGroup},
		"create":              {Params: []string{"vals_list"}, Writes: true, Run: callCreate},
		"write":               {Params: []string{"vals"}, OnRecords: true, Writes: true, Run: callWrite},
		"unlink":              {OnRecords: true, Writes: true, Run: callUnlink},
		"load":                {Params: []string{"fields", "data"}, Writes: true, Run: callLoad},
		"fields_get":          {Params: []string{"allfields?", "attributes?"}, Run: callFieldsGet},
		"default_get":         {Params: []string{"fields"}, Run: callDefaultGet},
		"name_search":         {Params: []string{"name?", "args?", "operator?", "limit?"}, Run: callNameSearch},
		"name_get":            {OnRecords: true, Until: 16, Run: callNameGet},
		"name_create":         {Params: []string{"name"}, Writes: true, Run: callNameCreate},
		"get_metadata":        {OnRecords: true, Run: callGetMetadata},
		"get_external_id":     {OnRecords: true, Run: callGetExternalID},
		"exists":              {OnRecords: true, Run: callExists},
		"check_access_rights": {Params: []string{"operation", "raise_exception?"}, Run: callCheckAccessRights},
		"has_access":          {Params: []string{"operation"}, OnRecords: true, Since: 18, Run: callHasAccess},
		"action_archive":      {OnRecords: true, Writes: true, Run: func(c *Call) (any, error) { return nil, c.setActive(false) }},
		"action_unarchive":    {OnRecords: true, Writes: true, Run: func(c *Call) (any, error) { return nil, c.setActive(true) }},
		"toggle_active":       {OnRecords: true, Writes: true, Run: callToggleActive},
	}
}

func callSearch(c *Call) (any, error) {
	if _, given := c.args["count"]; given && !c.Dialect().SearchCounts {
		return nil, Errorf("TypeError", "search() got an unexpected keyword argument 'count'")
	}
	domain, err := c.domain("domain")
	if err != nil {
		return nil, err
	}
	ids, err := c.Search(c.Self, domain, c.String("order"), c.Int("offset"), c.Int("limit"))
	if err == nil && Truthy(c.Arg("count")) {
		return int64(len(ids)), nil
	}
	return ids, err
}

func callSearchCount(c *Call) (any, error) {
	domain, err := c.domain("domain")
	if err != nil {
		return nil, err
	}
	ids, err := c.Search(c.Self, domain, "id", 0, c.Int("limit"))
	return int64(len(ids)), err
}

// callSearchRead searches and reads. As in Odoo the reading does not know of active_test any more, so
// what an archived record computes from archived others comes out empty.
func callSearchRead(c *Call) (any, error) {
	domain, err := c.domain("domain")
	if err != nil {
		return nil, err
	}
	ids, err := c.Search(c.Self, domain, c.String("order"), c.Int("offset"), c.Int("limit"))
	if err != nil {
		return nil, err
	}
	return c.Without("active_test").Read(c.Self, ids, textsOf(c.Arg("fields")), c.classic())
}

func callRead(c *Call) (any, error) {
	return c.Env.Read(c.Self, c.IDs, textsOf(c.Arg("fields")), c.classic())
}

// classic tells whether references are read as [id, name] and not as a bare id.
func (c *Call) classic() bool {
	load, given := c.args["load"]
	return !given || load == "_classic_read"
}

func callCreate(c *Call) (any, error) {
	switch v := c.Arg("vals_list").(type) {
	case map[string]any:
		ids, err := c.create([]Values{v})
		if err != nil {
			return nil, err
		}
		return ids[0], nil
	case []any:
		list := make([]Values, len(v))
		for i, e := range v {
			values, ok := e.(map[string]any)
			if !ok {
				return nil, Errorf("AttributeError", "'%s' object has no attribute 'items'", pythonType(e))
			}
			list[i] = values
		}
		return c.create(list)
	}
	return nil, Errorf("AttributeError", "'%s' object has no attribute 'items'", pythonType(c.Arg("vals_list")))
}

func (c *Call) create(list []Values) ([]int64, error) {
	ids, err := c.Env.Create(c.Self, list)
	c.Tx.Tally.Created[c.Self.Name] += len(ids)
	return ids, err
}

func callWrite(c *Call) (any, error) {
	values, ok := c.Arg("vals").(map[string]any)
	if !ok {
		return nil, Errorf("AttributeError", "'%s' object has no attribute 'keys'", pythonType(c.Arg("vals")))
	}
	c.Tx.Tally.Written[c.Self.Name] += len(c.IDs)
	return true, c.Env.Write(c.Self, c.IDs, values)
}

func callUnlink(c *Call) (any, error) {
	c.Tx.Tally.Unlinked[c.Self.Name] += len(c.IDs)
	return true, c.Env.Unlink(c.Self, c.IDs)
}

func callDefaultGet(c *Call) (any, error) {
	values := xmlrpc.Struct{}
	for _, name := range textsOf(c.Arg("fields")) {
		if f := c.Self.byName[name]; f != nil && f.Default != nil {
			values = append(values, xmlrpc.Member{Name: name, Value: f.Default(c.Env)})
		}
	}
	return values, nil
}

func callExists(c *Call) (any, error) {
	return slices.DeleteFunc(slices.Clone(c.IDs), func(id int64) bool { return c.Self.Fetch(id) == nil }), nil
}

func callCheckAccessRights(c *Call) (any, error) {
	err := c.check(c.Self, Op(c.String("operation")))
	if raise, given := c.args["raise_exception"]; given && !Truthy(raise) {
		return err == nil, nil
	}
	return err == nil, err
}

func callHasAccess(c *Call) (any, error) {
	return c.check(c.Self, Op(c.String("operation"))) == nil, nil
}

// setActive archives records or takes them back, those that are not so already. It returns nothing,
// which XML-RPC cannot say: over it the caller gets a fault although all was done.
func (c *Call) setActive(active bool) error {
	if err := c.exist(c.Self, c.IDs); err != nil {
		return err
	}
	ids := slices.DeleteFunc(slices.Clone(c.IDs), func(id int64) bool { return c.Self.Fetch(id).Active() == active })
	if len(ids) == 0 {
		return nil
	}
	c.Tx.Tally.Written[c.Self.Name] += len(ids)
	if err := c.Env.Write(c.Self, ids, Values{"active": active}); err != nil {
		return err
	}
	if c.Self.Archived != nil {
		return c.Self.Archived(c.Env, ids, active)
	}
	return nil
}

func callToggleActive(c *Call) (any, error) {
	if err := c.exist(c.Self, c.IDs); err != nil {
		return nil, err
	}
	for _, id := range c.IDs {
		one := &Call{Env: c.Env, Self: c.Self, IDs: []int64{id}}
		if err := one.setActive(!c.Self.Fetch(id).Active()); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

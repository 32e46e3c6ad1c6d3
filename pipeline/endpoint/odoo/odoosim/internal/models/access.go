package models

import (
	"fmt"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim/internal/orm"
)

// right is what a role may do with a model.
type right string

const (
	nothing right = ""
	reads   right = "read"
	writes  right = "read write create"
	all     right = "read write create unlink"
)

// rightsOf returns what a role may do with a model; administrators may do everything.
func rightsOf(role orm.Role, model string, d *orm.Dialect) right {
	type roles struct{ manager, employee, portal right }
	table := map[string]roles{
		template: {all, reads, reads}, variant: {all, reads, reads}, category: {all, reads, reads},
		"product.attribute": {all, reads, nothing}, "product.attribute.value": {all, reads, nothing},
		"product.template.attribute.line": {all, reads, nothing}, "product.template.attribute.value": {all, reads, nothing},
		"uom.uom": {all, reads, reads}, tax: {reads, reads, nothing}, "res.users": {reads, reads, reads}, "res.company": {reads, reads, reads},
		"res.lang": {reads, reads, reads}, "ir.model": {reads, reads, nothing}, "ir.model.fields": {reads, reads, nothing},
		warehouse: {all, reads, nothing}, location: {all, reads, nothing}, quant: {writes, reads, nothing},
		move: {all, nothing, nothing}, moveLine: {all, all, nothing}, apiKey: {reads, reads, reads},
		d.Packagings: {reads, reads, nothing},
		data:         {}, parameter: {}, document: {},
	}
	if d.AttachmentsForAll {
		table[document] = roles{reads, reads, nothing}
	}
	switch role {
	case orm.Manager:
		return table[model].manager
	case orm.Employee:
		return table[model].employee
	case orm.Portal:
		return table[model].portal
	}
	return nothing
}

// Rights returns the check of rights for a database. Users of every role may read the parameters in
// open.
func Rights(openParameters bool) func(*orm.Env, *orm.Model, orm.Op) error {
	return func(e *orm.Env, m *orm.Model, op orm.Op) error {
		if m.Name == quant && op == orm.Unlink {
			return refused(e, m, op)
		}
		if e.User.Role == orm.Administrator || m.Name == parameter && op == orm.Read && openParameters {
			return nil
		}
		if strings.Contains(string(rightsOf(e.User.Role, m.Name, e.Dialect())), string(op)) {
			return nil
		}
		if m.Name == document {
			return orm.AccessErrorf("Sorry, you are not allowed to access this document.")
		}
		return refused(e, m, op)
	}
}

// refused words the lack of a right as Odoo does.
func refused(e *orm.Env, m *orm.Model, op orm.Op) error {
	verb := map[orm.Op]string{orm.Read: "access", orm.Write: "modify", orm.Create: "create", orm.Unlink: "delete"}[op]
	text := fmt.Sprintf("You are not allowed to %s '%s' (%s) records.", verb, m.Label, m.Name)
	groups := groupsFor(e, m)
	if len(groups) == 0 {
		return orm.AccessErrorf("%s\n\nNo group currently allows this operation.\n\nContact your administrator to request access if necessary.", text)
	}
	return orm.AccessErrorf("%s\n\nThis operation is allowed for the following groups:\n\t- %s\n\n"+
		"Contact your administrator to request access if necessary.", text, strings.Join(groups, "\n\t- "))
}

func groupsFor(e *orm.Env, m *orm.Model) []string {
	switch {
	case m.Name == quant:
		return nil
	case strings.HasPrefix(m.Name, "product."):
		return e.Dialect().ProductGroups
	case strings.HasPrefix(m.Name, "stock."):
		return []string{"Inventory/Administrator", "Inventory/User"}
	}
	return []string{"Administration/Access Rights"}
}

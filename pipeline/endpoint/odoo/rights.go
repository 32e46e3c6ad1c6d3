package odoo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
)

// right is what must be allowed with a model.
type right struct {
	model      string
	operations []string
	remedy     string
}

// rightsFor returns what pipelines must be allowed, in the order of telling.
func (d dialect) rightsFor(n pipeline.Needs, categories, stock bool) []right {
	edits := "Give the user the group " + d.productGroup + "."
	products := right{templateModel, []string{"read"}, edits}
	if len(n.Writes) > 0 || n.Archives {
		products.operations = append(products.operations, "write")
	}
	if n.Creates {
		products.operations = append(products.operations, "create")
	}
	if n.Deletes {
		products.operations = append(products.operations, "unlink")
	}
	variants := products
	variants.model = variantModel
	all := append([]right{products, variants}, familyRights(n, edits)...)
	if slices.Contains(n.Reads, categoryField) {
		r := right{categoryModel, []string{"read"}, edits}
		if categories && slices.Contains(n.Writes, categoryField) {
			r.operations = append(r.operations, "create")
			r.remedy += " Or write create = false into the categories block: then a missing category fails its records."
		}
		all = append(all, r)
	}
	if !stock || !slices.Contains(n.Reads, stockField) {
		return all
	}
	quants := right{quantModel, []string{"read"}, "Give the user the group Inventory / User."}
	if slices.Contains(n.Writes, stockField) {
		quants.operations = append(quants.operations, "create")
		quants.remedy = "Give the user the group " + d.counterGroup + "."
	}
	return append(all, quants, right{moveLineModel, []string{"read"}, "Give the user the group Inventory / User."})
}

// familyRights are the rights on what makes the variants of a template.
func familyRights(n pipeline.Needs, remedy string) []right {
	if !slices.Contains(n.Reads, attributesField) {
		return nil
	}
	attributes, values, lines, extras := []string{"read"}, []string{"read"}, []string{"read"}, []string{"read"}
	if slices.Contains(n.Writes, attributesField) {
		attributes, values, lines = append(attributes, "create"), append(values, "create"), append(lines, "write", "create")
	}
	if slices.Contains(n.Writes, priceField) {
		extras = append(extras, "write")
	}
	return []right{
		{attributeModel, attributes, remedy}, {valueModel, values, remedy}, {lineModel, lines, remedy}, {templateValueModel, extras, remedy},
	}
}

// rights tests what the user may do, model by model.
func (c *checkup) rights(ctx context.Context) {
	creates := c.settings.Categories != nil && c.settings.Categories.Create
	for _, r := range c.s.dialect.rightsFor(c.needs, creates, c.settings.Stock != nil) {
		name := "rights on " + r.model
		var may, not []string
		err := error(nil)
		for _, operation := range r.operations {
			var allowed bool
			if allowed, err = c.allowed(ctx, r.model, operation); err != nil {
				break
			}
			if allowed {
				may = append(may, verbOf(operation))
			} else {
				not = append(not, verbOf(operation))
			}
		}
		switch {
		case err != nil:
			c.Fail(name, err)
		case len(not) > 0:
			c.Fail(name, &pipeline.Error{
				Code: pipeline.CodeAccessDenied, Class: pipeline.Auth, Remedy: r.remedy,
				Message: fmt.Sprintf("the user %q may not %s%s", c.settings.Login, strings.Join(not, ", "), andMay(may)),
			})
		default:
			c.Pass(name, "%s", strings.Join(may, ", "))
		}
	}
}

func andMay(may []string) string {
	if len(may) == 0 {
		return ""
	}
	return ", but " + strings.Join(may, ", ")
}

// allowed tells whether the user may do something with a model. Counting stock is a right of its own up to 17.
func (c *checkup) allowed(ctx context.Context, model, operation string) (bool, error) {
	if model == quantModel && operation == "create" {
		return c.mayCount(ctx, c.s)
	}
	return c.may(ctx, c.s, model, operation)
}

// verbOf words an operation of Odoo's access rights.
func verbOf(operation string) string {
	if operation == "unlink" {
		return "delete"
	}
	return operation
}

// images tells by what changed images are known.
func (c *checkup) images(ctx context.Context) {
	if !slices.ContainsFunc(c.needs.Reads, func(name string) bool { return c.s.schema.Fields[name].Type == pipeline.TypeImage }) {
		return
	}
	switch err := c.probeChecksums(ctx, c.s); {
	case err != nil:
		c.Fail("images", err)
	case c.s.checksums:
		c.Pass("images", "known by their checksums")
	default:
		c.Pass("images", "known by their thumbnails; up to Odoo 17 only administrators may read their checksums")
	}
}

// categories warns of paths that several categories have.
func (c *checkup) categories(ctx context.Context) {
	if !slices.Contains(c.needs.Reads, categoryField) {
		return
	}
	t, err := c.readTree(ctx, c.s)
	if err != nil {
		c.Fail("categories", err)
		return
	}
	doubles := t.doubles()
	for i, path := range doubles {
		if i == 5 {
			c.Warn("categories", fmt.Sprintf("so it is with %d more paths", len(doubles)-i), "")
			return
		}
		c.Warn("categories", fmt.Sprintf("there are %d categories %q (ids %v); Tandem takes them for one and puts products into the oldest", len(t.byPath[path]), path, t.byPath[path]),
			"Rename or merge them if they are not the same.")
	}
	if len(doubles) == 0 {
		c.Pass("categories", "%d", len(t.byID))
	}
}

package odoo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/rpc"
)

// combiner gives templates the attributes that variants are told by.
type combiner struct {
	*Endpoint
	s          *session
	attributes map[string]row             // by name, the one that is meant
	values     map[int64]map[string]int64 // of attributes, by name
	known      map[int64]*variants        // by template
	families   map[int64]*family          // by template, also of those that are no families yet
	levies     map[int64]levy             // by template, where prices are carried with or without its taxes
}

// told is a variant with the attributes that it is to be told by.
type told struct {
	index      int
	template   int64
	attributes map[string]string
}

// tell reads what draft or patch says of a variant's attributes.
func tell(v pipeline.Value) (map[string]string, error) {
	object := v.AsObject()
	if len(object) == 0 {
		return nil, rejected("Give the variant its attributes, `{\"color\": \"Red\"}` say, or take it out of its family.", "it has no attributes, so Odoo could not tell it from the other variants")
	}
	attributes := make(map[string]string, len(object))
	for name, value := range object {
		text := strings.TrimSpace(value.String())
		if k := value.Kind(); text == "" || strings.TrimSpace(name) == "" || k == pipeline.KindList || k == pipeline.KindObject {
			return nil, rejected("Give the attribute one value.", "its attribute %q is %q, which is no single value", name, value.String())
		}
		attributes[name] = text
	}
	return attributes, nil
}

func rejected(remedy, message string, args ...any) error {
	return &pipeline.Error{Code: pipeline.CodeVariantRejected, Message: fmt.Sprintf(message, args...), Remedy: remedy}
}

// load reads what the templates are now.
func (c *combiner) load(ctx context.Context, templates []int64) error {
	var err error
	if c.known, _, err = c.variantsOf(ctx, c.s, templates, false); err != nil {
		return err
	}
	c.families, err = c.Endpoint.attributes(ctx, c.s, templates)
	return err
}

// prepare gives the templates all the attributes and values that the variants need. Variants that cannot be
// told so go to fail; the others are returned.
func (c *combiner) prepare(ctx context.Context, all []told, fail func(int, error)) ([]told, error) {
	var fit []told
	first := map[int64]told{}
	for _, t := range all {
		names := slices.Sorted(maps.Keys(t.attributes))
		if lines := c.families[t.template].active(); len(lines) > 0 {
			names = names[:0:0]
			for _, l := range lines {
				names = append(names, l.name)
			}
			slices.Sort(names)
		} else if f, ok := first[t.template]; ok {
			names = slices.Sorted(maps.Keys(f.attributes))
		} else {
			first[t.template] = t
		}
		if own := slices.Sorted(maps.Keys(t.attributes)); !slices.Equal(own, names) {
			fail(t.index, rejected("Give all variants of a product the same attributes.", "it is told by %s, and the other variants of its product by %s", strings.Join(own, ", "), strings.Join(names, ", ")))
			continue
		}
		fit = append(fit, t)
	}
	if len(fit) == 0 {
		return nil, nil
	}
	if err := c.acquire(ctx, c.categorizing); err != nil { // one goroutine makes attributes
		return nil, err
	}
	defer func() { <-c.categorizing }()
	if err := c.lookUp(ctx, fit); err != nil {
		return nil, err
	}
	fit, err := c.makeAttributes(ctx, fit, fail)
	if err != nil || len(fit) == 0 {
		return nil, err
	}
	if err := c.makeValues(ctx, fit); err != nil {
		return nil, err
	}
	return c.makeLines(ctx, fit, fail)
}

// lookUp finds the attributes and values that there are.
func (c *combiner) lookUp(ctx context.Context, all []told) error {
	names, values := map[string]bool{}, map[string]bool{}
	for _, t := range all {
		for name, value := range t.attributes {
			names[name], values[value] = true, true
		}
	}
	rows, _, err := c.searchRead(ctx, c.s, rpc.OpRead, attributeModel, domain{where("name", "in", anyOf(slices.Sorted(maps.Keys(names))))}, []string{"name", "create_variant"}, window{order: "id"})
	if err != nil {
		return err
	}
	c.attributes, c.values = map[string]row{}, map[int64]map[string]int64{}
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.id())
		// The oldest that makes variants is meant.
		if old, ok := c.attributes[r.text("name")]; !ok || old.text("create_variant") == "no_variant" {
			c.attributes[r.text("name")] = r
		}
	}
	for _, f := range c.families { // an attribute that the template has already comes before others of its name
		for _, l := range f.active() {
			ids = append(ids, l.attribute)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	d := domain{where("attribute_id", "in", anyOf(ids)), where("name", "in", anyOf(slices.Sorted(maps.Keys(values))))}
	rows, _, err = c.searchRead(ctx, c.s, rpc.OpRead, valueModel, d, []string{"name", "attribute_id"}, window{order: "id desc"})
	for _, r := range rows {
		c.value(r.reference("attribute_id"), r.text("name"), r.id())
	}
	return err
}

func (c *combiner) value(attribute int64, name string, id int64) {
	if c.values[attribute] == nil {
		c.values[attribute] = map[string]int64{}
	}
	c.values[attribute][name] = id
}

// attribute returns the attribute of that name that a template has, or is to have.
func (c *combiner) attribute(template int64, name string) int64 {
	for _, l := range c.families[template].active() {
		if l.name == name {
			return l.attribute
		}
	}
	return c.attributes[name].id()
}

// makeAttributes makes the attributes that lack. They make variants one by one ("dynamic"), so that Odoo makes
// none that nobody asked for.
func (c *combiner) makeAttributes(ctx context.Context, all []told, fail func(int, error)) ([]told, error) {
	missing := map[string]bool{}
	var fit []told
	for _, t := range all {
		ok := true
		for name := range t.attributes {
			id := c.attribute(t.template, name)
			switch r := c.attributes[name]; {
			case id == 0:
				missing[name] = true
			case id == r.id() && r.text("create_variant") == "no_variant":
				fail(t.index, rejected("Rename one of the two, or make an attribute of that name in Odoo that creates variants.", "the attribute %q of Odoo is one that makes no variants", name))
				ok = false
			}
			if !ok {
				break
			}
		}
		if ok {
			fit = append(fit, t)
		}
	}
	names := slices.Sorted(maps.Keys(missing))
	if len(names) == 0 {
		return fit, nil
	}
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = map[string]any{"name": sendable(name), "create_variant": "dynamic"}
	}
	ids, err := c.make(ctx, attributeModel, list)
	for i, id := range ids {
		c.attributes[names[i]] = row{"id": id, "name": names[i], "create_variant": "dynamic"}
	}
	return fit, err
}

// makeValues makes the values that lack.
func (c *combiner) makeValues(ctx context.Context, all []told) error {
	type place struct {
		attribute int64
		name      string
	}
	missing := map[place]bool{}
	for _, t := range all {
		for name, value := range t.attributes {
			if id := c.attribute(t.template, name); c.values[id][value] == 0 {
				missing[place{id, value}] = true
			}
		}
	}
	places := slices.SortedFunc(maps.Keys(missing), func(a, b place) int {
		if a.attribute != b.attribute {
			return int(a.attribute - b.attribute)
		}
		return strings.Compare(a.name, b.name)
	})
	if len(places) == 0 {
		return nil
	}
	list := make([]any, len(places))
	for i, p := range places {
		list[i] = map[string]any{"name": sendable(p.name), "attribute_id": p.attribute}
	}
	ids, err := c.make(ctx, valueModel, list)
	for i, id := range ids {
		c.value(places[i].attribute, places[i].name, id)
	}
	return err
}

// make makes records, in one transaction.
func (c *combiner) make(ctx context.Context, model string, list []any) ([]int64, error) {
	a, err := c.client.Call(ctx, rpc.Call{
		Operation: rpc.OpCreate, Model: model, Method: "create", Args: []any{list}, Writes: true, Options: map[string]any{"context": c.s.context(quiet)},
	})
	if err != nil {
		return nil, err
	}
	return c.ids(a.Value)
}

// makeLines gives templates the lines and values that lack. Odoo takes that as an occasion to go through all
// variants of the template: archived ones come back, and are archived again.
func (c *combiner) makeLines(ctx context.Context, all []told, fail func(int, error)) ([]told, error) {
	byTemplate := map[int64][]told{}
	for _, t := range all {
		byTemplate[t.template] = append(byTemplate[t.template], t)
	}
	failed := map[int64]bool{}
	var changed []int64
	for _, template := range slices.Sorted(maps.Keys(byTemplate)) {
		commands, err := c.commands(template, byTemplate[template])
		if err == nil && len(commands) > 0 {
			changed = append(changed, template)
			_, err = c.client.Call(ctx, rpc.Call{
				Operation: rpc.OpUpdate, Model: templateModel, Method: "write", Writes: true,
				Args:    []any{[]any{template}, map[string]any{"attribute_line_ids": commands}},
				Options: map[string]any{"context": c.s.context(quiet)},
			})
		}
		switch e := pipeline.AsError(err); {
		case err == nil:
		case e.Class != pipeline.Permanent:
			return nil, err
		default:
			failed[template] = true
			for _, t := range byTemplate[template] {
				fail(t.index, err)
			}
		}
	}
	if len(changed) > 0 {
		if err := c.settleLines(ctx, changed, slices.Sorted(maps.Keys(byTemplate))); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(t told) bool { return failed[t.template] }), nil
}

// commands are what makes the lines of a template hold the values of its new variants.
func (c *combiner) commands(template int64, all []told) ([]any, error) {
	lines := c.families[template].active()
	wanted := map[int64][]int64{}
	for _, t := range all {
		for _, name := range slices.Sorted(maps.Keys(t.attributes)) {
			attribute := c.attribute(template, name)
			if id := c.values[attribute][t.attributes[name]]; !slices.Contains(wanted[attribute], id) {
				wanted[attribute] = append(wanted[attribute], id)
			}
		}
	}
	var commands []any
	several := len(all) > 1 || c.families[template].hasVariants(c.known[template])
	for _, attribute := range slices.Sorted(maps.Keys(wanted)) {
		values := wanted[attribute]
		i := slices.IndexFunc(lines, func(l attributeLine) bool { return l.attribute == attribute })
		if i < 0 {
			commands = append(commands, []any{int64(0), int64(0), map[string]any{"attribute_id": attribute, "value_ids": []any{[]any{int64(6), int64(0), anyOf(values)}}}})
			several = several || c.mode(attribute) == "dynamic"
			continue
		}
		values = slices.DeleteFunc(values, func(v int64) bool { return slices.Contains(lines[i].values, v) })
		if len(values) == 0 {
			continue
		}
		several = several || len(lines[i].values) > 0
		links := make([]any, len(values))
		for n, v := range values {
			links[n] = []any{int64(4), v}
		}
		commands = append(commands, []any{int64(1), lines[i].id, map[string]any{"value_ids": links}})
	}
	if !several {
		return nil, rejected("Let the attribute make variants on demand (Dynamically) in Odoo, or add the second variant.", "it would be the only variant of template %d, which Odoo could not tell from a product without variants", template)
	}
	return commands, nil
}

func (c *combiner) mode(attribute int64) string {
	for _, r := range c.attributes {
		if r.id() == attribute {
			return r.text("create_variant")
		}
	}
	return ""
}

// settleLines reads the templates again, and archives again what came back although nobody asked for it.
func (c *combiner) settleLines(ctx context.Context, changed, templates []int64) error {
	before := c.known
	if err := c.load(ctx, templates); err != nil {
		return err
	}
	var back []int64
	for _, id := range changed {
		was, bare := map[int64]bool{}, map[int64]bool{}
		if before[id] != nil {
			for _, m := range before[id].members {
				was[m.id], bare[m.id] = m.active, len(m.values) == 0
			}
		}
		if c.known[id] == nil {
			continue
		}
		for i, m := range c.known[id].members {
			if active, known := was[m.id]; known && !active && m.active {
				back = append(back, m.id)
				c.known[id].members[i].active = false
			} else if !known {
				c.known[id].members[i].fresh = true
			}
			c.known[id].members[i].joined = bare[m.id] && len(m.values) > 0
		}
	}
	if len(back) == 0 {
		return nil
	}
	_, err := c.client.Call(ctx, rpc.Call{
		Operation: rpc.OpUpdate, Model: variantModel, Method: "write", Args: []any{anyOf(back), map[string]any{"active": false}}, Writes: true,
		Options: map[string]any{"context": c.s.context(quiet | archivedToo)},
	})
	return err
}

// combination returns the values of the template that a variant is told by.
func (c *combiner) combination(t told) []int64 {
	f := c.families[t.template]
	var ids []int64
	for name, value := range t.attributes {
		attribute := c.attribute(t.template, name)
		for _, l := range f.active() {
			if l.attribute != attribute {
				continue
			}
			for id, v := range f.values {
				if v.line == l.id && v.value == c.values[attribute][value] {
					ids = append(ids, id)
				}
			}
		}
	}
	slices.Sort(ids)
	return ids
}

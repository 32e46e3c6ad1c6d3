package simulation

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// families are what people do to products with variants, in the worlds that have them: on the left, as in
// Products Manager, a variant names its parent by SKU and is a product like any other; the right makes families
// as Odoo does.
type families struct {
	*world
	there bool
	rand  *rand.Rand // their own, so that worlds without families stay what they were
	// renamed: an attribute was, on the right, which no stamp tells of.
	renamed bool
}

// rightFamily is what the right makes of a variant.
func rightFamily() memory.Family {
	return memory.Family{
		Parent: "parent", Attributes: "attributes",
		Shared: []string{"title", "note", "category", "image"}, Own: []string{"sku", "ean"},
	}
}

func (f *families) init(w *world) {
	f.world = w
	f.rand = rand.New(rand.NewPCG(w.seed, 0x6b696e))
}

// FamiliesFrom is where the seeds of the worlds with families begin: each is that of an ordinary world, so much
// higher.
const FamiliesFrom = 1_000_000

func (f *families) chance(percent int) bool { return f.there && f.rand.IntN(100) < percent }

// act does one random thing. A family that both systems know already is made between two cycles alone: nobody
// could tell a parent that has no code from a new one while one side is read and the other is not.
func (f *families) act(between bool) {
	side := pick(f.rand, pipeline.Left, pipeline.Right)
	switch n := f.rand.IntN(100); {
	case n < 25:
		f.found(side, between && f.chance(40))
	case n < 50:
		f.join(side)
	case n < 80:
		f.tellApart(side)
	case n < 90:
		f.renameOnRight()
	case n < 94:
		f.renameOnLeft()
	default:
		f.remarry()
	}
}

// found makes a family, and its twin on the other side if twin.
func (f *families) found(side pipeline.Side, twin bool) {
	parent := f.newcomer(true)
	var children []pipeline.Values
	names := pick(f.rand, []string{"color"}, []string{"size"}, []string{"color", "size"})
	if twin { // some will be known by their attributes alone, which nobody edits then
		names = []string{lasting}
	}
	for i := range 1 + f.rand.IntN(3) {
		children = append(children, f.newcomer(i == 0))
		children[i]["attributes"] = f.told(names)
	}
	f.insert(side, parent, children)
	if !twin {
		return
	}
	again := []pipeline.Values{}
	for i, c := range children {
		c = maps.Clone(c)
		c["price"], c["title"] = f.people.value("price"), f.people.value("title")
		if i > 0 && f.chance(50) { // it is known by its attributes alone
			delete(c, "sku")
			delete(c, "ean")
		}
		again = append(again, c)
	}
	parent = maps.Clone(parent)
	parent["title"] = f.people.value("title")
	f.insert(side.Other(), parent, again)
}

// lasting is an attribute whose values stay.
const lasting = "material"

func (f *families) lasts(r pipeline.Record) bool {
	_, ok := r.Fields["attributes"].AsObject()[lasting]
	return ok
}

// tells tells whether a record that is no pair yet is one by which the parents of a family that both systems know, or
// their children, are found. Nobody deletes it before, nor puts it elsewhere: what is then left looks new.
func (f *families) tells(side pipeline.Side, r pipeline.Record) bool {
	if !f.there || !f.lasts(r) && !slices.ContainsFunc(f.childrenOf(side, r), f.lasts) {
		return false
	}
	links, err := f.store.Store.LinksByKey(context.Background(), side, []pipeline.Key{r.Key})
	return err != nil || links[r.Key] == nil
}

// newcomer is a new product.
func (f *families) newcomer(coded bool) pipeline.Values {
	f.people.count++
	uid := fmt.Sprintf("p%04d", f.people.count)
	fields := pipeline.Values{"uid": pipeline.Text(uid), "active": pipeline.Bool(true)}
	for _, name := range []string{"title", "price", "note", "category"} {
		fields[name] = f.people.value(name)
	}
	if coded || !f.keyless || f.chance(70) {
		fields["sku"] = pipeline.Text("S-" + uid)
	}
	if f.chance(30) {
		fields["ean"] = pipeline.Text("E-" + uid)
	}
	return fields
}

// told are attributes of those names, with values that no other variant has.
func (f *families) told(names []string) pipeline.Value {
	attributes := map[string]pipeline.Value{}
	for _, name := range names {
		f.people.count++
		attributes[name] = pipeline.Text(fmt.Sprintf("%s-%d", name, f.people.count))
	}
	return pipeline.Object(attributes)
}

// insert makes a parent and its children on a side.
func (f *families) insert(side pipeline.Side, parent pipeline.Values, children []pipeline.Values) {
	tx := f.systems[side].Begin()
	parent = f.asHeld(side, parent, rightFamily().Own)
	name := tx.Insert(parent)
	held := []pipeline.Values{parent}
	for _, c := range children {
		c = f.below(side, c, parent, name)
		tx.Insert(c)
		held = append(held, c)
	}
	if tx.Commit() != nil {
		return
	}
	f.stats.Related += len(held)
	for _, fields := range held {
		f.people.remember(side, fields["uid"].AsText(), fields)
	}
}

// asHeld returns values without those that a record of the right has not.
func (f *families) asHeld(side pipeline.Side, fields pipeline.Values, lacks []string) pipeline.Values {
	fields = maps.Clone(fields)
	for _, name := range lacks {
		if side == pipeline.Right {
			delete(fields, name)
		}
	}
	return fields
}

// below returns the values of a child of a parent.
func (f *families) below(side pipeline.Side, child, parent pipeline.Values, key pipeline.Key) pipeline.Values {
	child = f.asHeld(side, child, rightFamily().Shared)
	child["parent"] = pipeline.Text(string(key))
	if side == pipeline.Left {
		child["parent"] = parent["sku"]
	}
	return child
}

// someone returns a random record of a side for which fits says so, and that no open transaction touches.
func (f *families) someone(side pipeline.Side, fits func(pipeline.Record) bool) (pipeline.Record, bool) {
	all := slices.DeleteFunc(f.systems[side].Snapshot(), func(r pipeline.Record) bool {
		return !fits(r) || slices.ContainsFunc(f.people.open, func(l *late) bool { return l.uid == r.Fields["uid"].AsText() })
	})
	if len(all) == 0 {
		return pipeline.Record{}, false
	}
	return all[f.rand.IntN(len(all))], true
}

// childrenOf returns the children of a record of a side.
func (f *families) childrenOf(side pipeline.Side, parent pipeline.Record) []pipeline.Record {
	name := pipeline.Text(string(parent.Key))
	if side == pipeline.Left {
		name = parent.Fields["sku"]
	}
	return slices.DeleteFunc(f.systems[side].Snapshot(), func(r pipeline.Record) bool {
		return name.IsNull() || !r.Fields["parent"].Equal(name)
	})
}

// join makes another variant of a product. On the left the product may be an ordinary one until then.
func (f *families) join(side pipeline.Side) {
	parent, ok := f.someone(side, func(r pipeline.Record) bool {
		if side == pipeline.Right {
			return r.Lacks("sku")
		}
		return r.Fields["parent"].IsNull() && !r.Fields["sku"].IsNull()
	})
	if !ok {
		return
	}
	names := []string{"color"}
	if siblings := f.childrenOf(side, parent); len(siblings) > 0 {
		names = slices.Sorted(maps.Keys(siblings[0].Fields["attributes"].AsObject()))
	}
	child := f.newcomer(false)
	child["attributes"] = f.told(names)
	child = f.below(side, child, parent.Fields, parent.Key)
	if _, err := f.systems[side].Insert(child); err == nil {
		f.stats.Related++
		f.people.remember(side, child["uid"].AsText(), child)
	}
}

// tellApart gives a variant other values of its attributes; now and then those of another one, which the right
// refuses.
func (f *families) tellApart(side pipeline.Side) {
	child, ok := f.someone(side, func(r pipeline.Record) bool { return !r.Fields["parent"].IsNull() && !f.lasts(r) })
	if !ok {
		return
	}
	attributes := f.told(slices.Sorted(maps.Keys(child.Fields["attributes"].AsObject())))
	if other, ok := f.someone(side, func(r pipeline.Record) bool { return r.Fields["parent"].Equal(child.Fields["parent"]) }); ok && f.chance(5) {
		attributes = other.Fields["attributes"]
	}
	f.edit(side, child, pipeline.Values{"attributes": attributes})
}

func (f *families) edit(side pipeline.Side, r pipeline.Record, fields pipeline.Values) {
	if f.systems[side].Edit(r.Key, fields) == nil {
		f.stats.Related++
		f.people.remember(side, r.Fields["uid"].AsText(), fields)
	}
}

// renameOnRight renames an attribute as in Odoo, where it is one for all products.
func (f *families) renameOnRight() {
	names := pick(f.rand, [2]string{"color", "shade"}, [2]string{"shade", "color"})
	before := f.systems[pipeline.Right].Snapshot()
	if f.systems[pipeline.Right].RenameAttribute(names[0], names[1]) == 0 {
		return
	}
	f.stats.Related++
	f.renamed = true
	f.watch.look(pipeline.Right)
	for _, r := range before {
		uid := r.Fields["uid"].AsText()
		if last := f.people.last[pipeline.Right][uid]; last != nil && !last["attributes"].IsNull() && last["attributes"].Equal(r.Fields["attributes"]) {
			last["attributes"] = f.renamedIn(last["attributes"], names)
			f.people.write(uid, "on the right %s was renamed to %s", names[0], names[1])
		}
	}
}

// renamedIn returns attributes after a renaming.
func (*families) renamedIn(attributes pipeline.Value, names [2]string) pipeline.Value {
	object := maps.Clone(attributes.AsObject())
	v, found := object[names[0]]
	if _, taken := object[names[1]]; !found || taken {
		return attributes
	}
	delete(object, names[0])
	object[names[1]] = v
	return pipeline.Object(object)
}

// renameOnLeft edits all variants of a product that it names, so that they are told apart by another attribute.
// The right cannot follow, and says so.
func (f *families) renameOnLeft() {
	parent, ok := f.someone(pipeline.Left, func(r pipeline.Record) bool { return len(f.childrenOf(pipeline.Left, r)) > 0 })
	if !ok {
		return
	}
	for _, child := range f.childrenOf(pipeline.Left, parent) {
		if busy := slices.ContainsFunc(f.people.open, func(l *late) bool { return l.uid == child.Fields["uid"].AsText() }); busy {
			continue
		}
		f.edit(pipeline.Left, child, pipeline.Values{"attributes": f.renamedIn(child.Fields["attributes"], [2]string{"size", "length"})})
	}
}

// remarry gives a variant of the left another parent, which the right cannot follow.
func (f *families) remarry() {
	child, ok := f.someone(pipeline.Left, func(r pipeline.Record) bool { return !r.Fields["parent"].IsNull() && !f.tells(pipeline.Left, r) })
	if !ok {
		return
	}
	parent, ok := f.someone(pipeline.Left, func(r pipeline.Record) bool {
		return r.Key != child.Key && r.Fields["parent"].IsNull() && !r.Fields["sku"].IsNull()
	})
	if ok {
		f.edit(pipeline.Left, child, pipeline.Values{"parent": parent.Fields["sku"]})
	}
}

// editable returns the field that a person edits at a record instead of one that it lacks.
func (f *families) editable(side pipeline.Side, key pipeline.Key, name string) string {
	if !f.there || side == pipeline.Left {
		return name
	}
	for _, r := range f.systems[side].Snapshot() {
		if r.Key == key && r.Lacks(name) {
			return "price"
		}
	}
	return name
}

// goAlong returns the products that are deleted with a record: on the right, the variants of a parent.
func (f *families) goAlong(side pipeline.Side, key pipeline.Key) (uids []string) {
	if !f.there || side == pipeline.Left {
		return nil
	}
	for _, r := range f.childrenOf(side, pipeline.Record{Key: key}) {
		uids = append(uids, r.Fields["uid"].AsText())
	}
	return uids
}

// takenAlong tells whether a write of keys may have archived a record of the right with its parent.
func (f *families) takenAlong(s pipeline.Side, r pipeline.Record, keys []pipeline.Key) bool {
	return f.there && s == pipeline.Right && slices.Contains(keys, pipeline.Key(r.Fields["parent"].AsText()))
}

// sameParent tells whether both records of a pair are below the same product, as far as what the left names is
// there and no one else is called so. A variant waits with a parent that waits: what it is called on the other side
// is not known until that is a pair.
func (v *verdict) sameParent(left, right pipeline.Value) bool {
	if left.IsNull() || right.IsNull() {
		return left.IsNull() && right.IsNull()
	}
	var named []string
	for uid, r := range v.sides[pipeline.Left] {
		if r.Fields["sku"].Equal(left) {
			named = append(named, uid)
		}
	}
	parent := v.keys[pipeline.Right][pipeline.Key(right.AsText())]
	return len(named) != 1 || named[0] == parent || v.failed[named[0]] || v.failed[parent]
}

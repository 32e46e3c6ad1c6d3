package simulation

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/memory"
)

// people edit products on both sides and remember what they did.
type people struct {
	*world
	count int
	// last is, per side, product and field, the value that a person wrote last.
	last [2]map[string]pipeline.Values
	// deleted are, per side, the products that a person deleted there.
	deleted [2]map[string]bool
	// diary tells per product what people did to it.
	diary map[string][]string
	// open are the transactions under way; nobody else touches them meanwhile, since the
	// system would run the loser again with other values than the oracle has noted.
	open []*late
}

// late is a transaction that commits behind the back of a poll.
type late struct {
	begun time.Time
	side  pipeline.Side
	tx    *memory.Tx
	uid   string
	set   pipeline.Values
}

func (p *people) init() {
	for _, s := range pipeline.Sides() {
		p.last[s], p.deleted[s] = map[string]pipeline.Values{}, map[string]bool{}
	}
	p.diary = map[string][]string{}
}

// act does one random thing.
func (p *people) act() {
	if p.kin.chance(25) {
		p.kin.act(false)
		return
	}
	side := pick(p.rand, pipeline.Left, pipeline.Right)
	switch n := p.rand.IntN(100); {
	case n < 25:
		p.insert(side)
	case n < 80:
		p.edit(side)
	case n < 84:
		p.remove(side)
	case n < 92:
		p.beginLate(side)
	default:
		p.commitLate()
	}
}

// interfere edits something while a cycle is between a write and its read back.
func (p *people) interfere() {
	if !p.trouble.quiet && p.chance(15) {
		p.edit(pick(p.rand, pipeline.Left, pipeline.Right))
	}
}

func (p *people) insert(side pipeline.Side) {
	p.count++
	uid := fmt.Sprintf("p%04d", p.count)
	fields := pipeline.Values{"uid": pipeline.Text(uid), "active": pipeline.Bool(true)}
	for _, name := range []string{"title", "price", "note", "category"} {
		fields[name] = p.value(name)
	}
	if p.chance(50) {
		fields["image"] = p.picture(side, pipeline.Value{})
	}
	if !p.keyless || p.chance(70) {
		fields["sku"] = pipeline.Text("S-" + uid)
	}
	if p.chance(50) {
		fields["ean"] = pipeline.Text("E-" + uid)
	}
	p.formula.fill(fields)
	if _, err := p.systems[side].Insert(fields); err != nil {
		return
	}
	p.stats.Edits++
	p.remember(side, uid, fields)
	// Some products are known to both systems before Tandem pairs them.
	if fields["sku"].IsNull() || !p.chance(20) {
		return
	}
	twin := pipeline.Values{"uid": fields["uid"], "sku": fields["sku"], "title": p.value("title"), "active": pipeline.Bool(true)}
	if data := p.systems[side].HeldImage(fields["image"]); data != nil && p.chance(50) {
		twin["image"] = p.systems[side.Other()].PutImage(data)
	} else if p.chance(50) {
		twin["image"] = p.picture(side.Other(), pipeline.Value{})
	}
	if _, err := p.systems[side.Other()].Insert(twin); err == nil {
		p.remember(side.Other(), uid, twin)
	}
}

func (p *people) value(name string) pipeline.Value {
	p.count++
	switch name {
	case "rate":
		return pipeline.Number(decimal.New(pick(p.rand, int64(33), 50, 77, 120, 100), -2))
	case "price", "cost":
		return pipeline.Number(decimal.New(int64(p.count)*100+int64(p.rand.IntN(100)), -2))
	case "category":
		return pipeline.Text(pick(p.rand, "All / Shoes", "All / Shoes / Red", "All / Hats", "Tools/Saws", "Tools"))
	case "active":
		return pipeline.Bool(p.chance(50))
	}
	return pipeline.Text(fmt.Sprintf("%s-%d", name, p.count))
}

// product returns a random product of a side that no open transaction touches.
func (p *people) product(side pipeline.Side) (key pipeline.Key, uid string) {
	all := p.systems[side].Snapshot()
	if len(all) == 0 {
		return "", ""
	}
	r := all[p.rand.IntN(len(all))]
	uid = r.Fields["uid"].AsText()
	for _, l := range p.open {
		if l.uid == uid {
			return "", ""
		}
	}
	return r.Key, uid
}

func (p *people) edit(side pipeline.Side) {
	key, uid := p.product(side)
	if key == "" {
		return
	}
	fields := p.edits(side, key)
	if err := p.systems[side].Edit(key, fields); err == nil {
		p.stats.Edits++
		p.remember(side, uid, fields)
	}
}

func (p *people) edits(side pipeline.Side, key pipeline.Key) pipeline.Values {
	fields := pipeline.Values{}
	for range 1 + p.rand.IntN(2) {
		name := pick(p.rand, "title", "price", "note", "category", "active", "note", "image")
		name = p.formula.edited(p.kin.editable(side, key, name))
		if name == "image" {
			fields[name] = p.picture(side, p.holds(side, key)[name])
			continue
		}
		fields[name] = p.value(name)
	}
	return fields
}

// holds returns what a record holds now.
func (p *people) holds(side pipeline.Side, key pipeline.Key) pipeline.Values {
	for _, r := range p.systems[side].Snapshot() {
		if r.Key == key {
			return r.Fields
		}
	}
	return nil
}

func (p *people) remove(side pipeline.Side) {
	key, uid := p.product(side)
	if key == "" {
		return
	}
	if p.kin.tells(side, pipeline.Record{Key: key, Fields: p.holds(side, key)}) {
		return
	}
	gone := append(p.kin.goAlong(side, key), uid)
	if err := p.systems[side].Delete(key); err == nil {
		p.stats.Edits++
		for _, uid := range gone {
			p.write(uid, "deleted on the %s", side)
			p.deleted[side][uid] = true
			delete(p.last[side], uid)
		}
	}
}

func (p *people) beginLate(side pipeline.Side) {
	key, uid := p.product(side)
	if key == "" || len(p.open) >= 3 {
		return
	}
	l := &late{begun: p.now, side: side, tx: p.systems[side].Begin(), uid: uid, set: p.edits(side, key)}
	l.tx.Edit(key, l.set)
	p.open = append(p.open, l)
}

func (p *people) commitLate() {
	if len(p.open) == 0 {
		return
	}
	l := p.open[0]
	p.open = p.open[1:]
	if err := l.tx.Commit(); err == nil {
		p.stats.Late++
		p.remember(l.side, l.uid, l.set)
	}
}

// longest is how long a transaction of theirs lasts at most: less than the overlap of the polls.
const longest = 12 * time.Minute

// commitBefore commits what would otherwise last too long if so much time passes now.
func (p *people) commitBefore(d time.Duration) {
	for len(p.open) > 0 && p.now.Add(d).Sub(p.open[0].begun) > longest {
		p.commitLate()
	}
}

func (p *people) remember(side pipeline.Side, uid string, fields pipeline.Values) {
	p.watch.look(side)
	if p.last[side][uid] == nil {
		p.last[side][uid] = pipeline.Values{}
	}
	p.write(uid, "written on the %s: %v", side, fields)
	for name, v := range fields {
		t := schema(side).Fields[name]
		if c, err := t.Canonical(v); err == nil {
			v = c
		}
		p.last[side][uid][name] = v
	}
}

func (p *people) write(uid, format string, args ...any) {
	line := p.now.Format(time.TimeOnly) + " " + fmt.Sprintf(format, args...)
	p.diary[uid] = append(p.diary[uid], line)
}

package orm

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// loadRow is one row of load on its way to a record.
type loadRow struct {
	index      int
	externalID string // "module.name", "" for none
	id         int64  // of column .id, 0 for none
	values     Values
}

// loader carries load out: rows of texts become records, by external id where they have one. If any row
// fails, nothing is kept and the messages say why; that is not a fault.
type loader struct {
	*Call
	columns  []string
	module   string
	messages []any
	failed   bool
	at       int // the row that is being read
}

func callLoad(c *Call) (any, error) {
	l := &loader{Call: c, columns: textsOf(c.Arg("fields")), module: "__import__"}
	if module, ok := c.Context["module"].(string); ok {
		l.module = module
	}
	if err := l.checkColumns(); err != nil {
		return nil, err
	}
	var rows []loadRow
	for i, cells := range c.List("data") {
		list, _ := cells.([]any)
		row, err := l.extract(i, list)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	mark := c.Tx.savepoint()
	var ids any = l.loadAll(rows)
	if l.failed {
		c.Tx.rollback(mark)
		c.Tx.Tally = newTally()
		ids = false
	}
	messages := l.messages
	if messages == nil {
		messages = []any{}
	}
	return xmlrpc.Struct{{Name: "ids", Value: ids}, {Name: "messages", Value: messages}, {Name: "nextrow", Value: int64(0)}}, nil
}

func (l *loader) checkColumns() error {
	for _, column := range l.columns {
		name, _, _ := strings.Cut(column, "/")
		if name != "id" && name != ".id" && l.Self.byName[name] == nil {
			return &Fault{Class: Other, Text: fmt.Sprintf(l.Dialect().BadColumn, reprText(name))}
		}
	}
	return nil
}

// message adds what load has to say of a row.
func (l *loader) message(kind string, row int, more ...xmlrpc.Member) {
	m := xmlrpc.Struct{
		{Name: "rows", Value: xmlrpc.Struct{{Name: "from", Value: int64(row)}, {Name: "to", Value: int64(row)}}},
		{Name: "type", Value: kind},
		{Name: "record", Value: int64(row)},
	}
	if more[0].Name == "message" { // of the whole row, as the import itself puts it
		m[1], m[2] = m[2], m[1]
	}
	l.messages = append(l.messages, append(m, more...))
	l.failed = l.failed || kind == "error"
}

func textMember(name, v string) xmlrpc.Member { return xmlrpc.Member{Name: name, Value: v} }

// extract converts the cells of a row. Empty cells, zero and false are "no value".
func (l *loader) extract(index int, cells []any) (loadRow, error) {
	l.at = index
	row := loadRow{index: index, values: Values{}}
	below := map[string][]nestedCell{}
	for i, column := range l.columns {
		if i >= len(cells) {
			break
		}
		name, sub, _ := strings.Cut(column, "/")
		switch name {
		case "id":
			row.externalID = l.qualify(cells[i])
			continue
		case ".id":
			row.id = l.databaseID(index, cells[i])
			continue
		}
		f := l.Self.byName[name]
		if f.Type == One2many && sub != "" {
			below[name] = append(below[name], nestedCell{sub, cells[i]})
			continue
		}
		if !Truthy(cells[i]) {
			row.values[name] = false
			continue
		}
		v, err := l.cell(f, sub, cells[i])
		if err := l.keep(row, f, v, err); err != nil {
			return row, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(below)) {
		f := l.Self.byName[name]
		v, err := l.child(f, below[name])
		if err := l.keep(row, f, v, err); err != nil {
			return row, err
		}
	}
	return row, nil
}

// keep puts a converted cell into its row, or says what is wrong with it.
func (l *loader) keep(row loadRow, f *Field, v any, err error) error {
	var bad *badCell
	switch {
	case err == nil:
		row.values[f.Name] = v
	case !errors.As(err, &bad):
		return err
	default:
		l.message("error", row.index, textMember("field", f.Name), textMember("message", bad.message), textMember("field_name", f.Label))
	}
	return nil
}

func (l *loader) qualify(v any) string {
	if !Truthy(v) {
		return ""
	}
	name := pythonText(v)
	if !strings.Contains(name, ".") {
		name = l.module + "." + name
	}
	return name
}

// databaseID reads column .id. The record is searched for, so an archived one is not found unless the
// context says active_test = False.
func (l *loader) databaseID(index int, v any) int64 {
	if !Truthy(v) {
		return 0
	}
	if n, err := convertInteger(v); err == nil {
		id, _ := n.(int64)
		if found, err := l.Search(l.Self, []any{[]any{"id", "=", id}}, "id", 0, 0); err == nil && len(found) > 0 {
			return id
		}
	}
	l.message("error", index, textMember("field", ".id"),
		textMember("message", fmt.Sprintf("Unknown database identifier '%s'", pythonText(v))))
	return 0
}

// loadAll makes or writes the records of the rows and returns their ids.
func (l *loader) loadAll(rows []loadRow) []int64 {
	var ids []int64
	err := l.Tx.Try(func() error {
		var err error
		ids, err = l.loadRows(rows)
		return err
	})
	if err == nil {
		return ids
	}
	whole := faultOf(err)
	if whole.EveryRow {
		for _, row := range rows {
			l.message("error", row.index, textMember("message", whole.Text))
		}
		return nil
	}
	return l.eachRow(rows, whole)
}

// eachRow tries the rows one by one after their batch failed, to name the culprits.
func (l *loader) eachRow(rows []loadRow, whole *Fault) []int64 {
	var ids []int64
	failed := false
	for _, row := range rows {
		err := l.Tx.Try(func() error {
			made, err := l.loadRows([]loadRow{row})
			ids = append(ids, made...)
			return err
		})
		if err != nil {
			l.rowFailed(row, faultOf(err))
			failed = true
		}
	}
	first := rows[0].index
	if failed && l.Dialect().RepeatsFirst && whole.Class != Other && whole.Column == "" && !l.said(whole, first) {
		l.message("error", first, textMember("message", whole.Text))
	}
	return ids
}

func (l *loader) rowFailed(row loadRow, fault *Fault) {
	switch {
	case fault.Column != "":
		f := l.Self.byName[fault.Column]
		l.message("error", row.index,
			textMember("message", fmt.Sprintf("Missing required value for the field '%s' (%s)", f.Label, f.Name)),
			textMember("field", f.Name))
	case fault.Class != Other:
		l.message("error", row.index, textMember("message", fault.Text))
	default:
		l.message("error", row.index,
			textMember("message", "Unknown error during import: "+exceptionOf(fault)),
			textMember("moreinfo", "Resolve other errors first"))
	}
}

// said tells whether the message of the whole batch already stands at its first row.
func (l *loader) said(whole *Fault, row int) bool {
	for _, m := range l.messages {
		text, record := "", int64(-1)
		for _, member := range m.(xmlrpc.Struct) {
			switch member.Name {
			case "message":
				text, _ = member.Value.(string)
			case "record":
				record, _ = member.Value.(int64)
			}
		}
		if text == whole.Text && record == int64(row) {
			return true
		}
	}
	return false
}

// exceptionOf renders a fault as "<class 'ValueError'>: text".
func exceptionOf(f *Fault) string {
	class, text, _ := strings.Cut(f.Text, ": ")
	return "<class '" + class + "'>: " + text
}

func faultOf(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return Errorf("RuntimeError", "%v", err)
}

// loadRows writes the rows whose records exist, and then makes the others in one go.
func (l *loader) loadRows(rows []loadRow) ([]int64, error) {
	ids := make([]int64, len(rows))
	var fresh []Values
	var places []int
	for i, row := range rows {
		id, kept, err := l.existing(row)
		if err != nil {
			return nil, err
		}
		if id == 0 {
			fresh, places = append(fresh, row.values), append(places, i)
			continue
		}
		ids[i] = id
		if kept {
			continue
		}
		l.Tx.Tally.Written[l.Self.Name]++
		if err := l.Env.Write(l.Self, []int64{id}, row.values); err != nil {
			return nil, err
		}
	}
	if len(fresh) == 0 {
		return ids, nil
	}
	made, err := l.create(fresh)
	if err != nil {
		return nil, err
	}
	for n, i := range places {
		ids[i] = made[n]
		if rows[i].externalID != "" {
			if err := l.Name(l.Self, made[n], rows[i].externalID); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

// existing returns the record that a row is about, 0 if it is to be made. An external id whose record
// was deleted counts as new. A record is kept as it is where the mode is "update" and its external id
// was made with noupdate.
func (l *loader) existing(row loadRow) (id int64, kept bool, err error) {
	if row.externalID == "" {
		return row.id, false, nil
	}
	data := l.DB.models["ir.model.data"]
	for _, at := range data.table.Having("complete_name", row.externalID) {
		x := data.Fetch(at)
		if x.Text("model") != l.Self.Name {
			return 0, false, UserErrorf("For external id %s when trying to create/update a record of model %s found record of different model %s (%d)",
				row.externalID, l.Self.Name, x.Text("model"), at)
		}
		if id, _ := x.Get("res_id").(int64); l.Self.Fetch(id) != nil {
			return id, l.Context["mode"] == "update" && x.True("noupdate"), nil
		}
		l.Tx.remove(x)
	}
	return 0, false, nil
}

// Name gives a record an external id, "module.name".
func (e *Env) Name(m *Model, id int64, externalID string) error {
	module, name, _ := strings.Cut(externalID, ".")
	_, err := e.Super().CreateRows(e.DB.models["ir.model.data"], []Values{{
		"module": module, "name": name, "model": m.Name, "res_id": id, "complete_name": externalID,
		"noupdate": e.Context.True("noupdate"),
	}})
	return err
}

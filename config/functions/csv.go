package functions

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tandem-sync/tandem/config/internal/diag"
)

// maxTable bounds a file that table reads: some hundred thousand rows.
const maxTable = 8 << 20

// tableFromFile makes a map of a CSV file: from the texts of one column to those of another or, without that
// one, to whole rows.
func (p Place) tableFromFile() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "key", Type: cty.String}},
		VarParam: &function.Parameter{
			Name: "value", Type: cty.String,
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			switch len(args) {
			case 2:
				return cty.Map(cty.Map(cty.String)), nil
			case 3:
				return cty.Map(cty.String), nil
			}
			return cty.NilType, errors.New("there are too many arguments: the column of the values is the last")
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			path := args[0].AsString()
			content, err := p.read(path, maxTable)
			if err != nil {
				return cty.NilVal, err
			}
			t, err := parseTable(path, content)
			if err != nil {
				return cty.NilVal, err
			}
			key, err := t.column(args[1].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			value := -1
			if len(args) == 3 {
				if value, err = t.column(args[2].AsString()); err != nil {
					return cty.NilVal, err
				}
			}
			return t.byKey(key, value)
		},
	})
}

// csvTable is a CSV file: a heading and rows of as many cells, without white space around them.
type csvTable struct {
	path    string // as it is written in the configuration
	heading []string
	rows    []csvRow // those that are not empty
}

type csvRow struct {
	line  int // from 1
	cells []string
}

func parseTable(path, content string) (csvTable, error) {
	r := csv.NewReader(strings.NewReader(content))
	first, _, _ := strings.Cut(content, "\n")
	r.Comma = separator(first)
	t := csvTable{path: path}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t, t.malformed(err, r.Comma, len(cells))
		}
		line, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = cty.NormalizeString(strings.TrimSpace(cells[i]))
		}
		switch {
		case t.heading == nil:
			t.heading = cells
		case strings.Join(cells, "") != "": // spreadsheets leave rows of nothing but separators
			t.rows = append(t.rows, csvRow{line, cells})
		}
	}
	if t.heading == nil {
		return t, fmt.Errorf("the file %s is empty; its first line must name the columns", path)
	}
	return t, nil
}

// separator is what the heading has most of: a comma, the semicolon of a spreadsheet whose decimals have a comma,
// or a tab.
func separator(heading string) rune {
	var outside strings.Builder // of quotes
	for i, part := range strings.Split(heading, `"`) {
		if i%2 == 0 {
			outside.WriteString(part)
		}
	}
	return slices.MaxFunc([]rune{',', ';', '\t'}, func(a, b rune) int {
		return strings.Count(outside.String(), string(a)) - strings.Count(outside.String(), string(b))
	})
}

// malformed says where a file is no CSV and what to do about it.
func (t csvTable) malformed(err error, comma rune, cells int) error {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("the file %s cannot be read: %w", t.path, err)
	}
	switch {
	case errors.Is(wrong.Err, csv.ErrFieldCount):
		return fmt.Errorf("the file %s has %d columns in its heading and %d on line %d; write a value that holds %q in quotes, or complete the line", t.path, len(t.heading), cells, wrong.StartLine, comma)
	case wrong.StartLine < wrong.Line:
		return fmt.Errorf("the file %s has a value that begins with a quote on line %d and does not end as it should up to line %d; end it with a quote, and write a quote within it twice", t.path, wrong.StartLine, wrong.Line)
	default:
		return fmt.Errorf("the file %s has a quote where none may be, on line %d, column %d; write the whole value in quotes, and a quote within it twice", t.path, wrong.Line, wrong.Column)
	}
}

// column returns the place of the column of that name.
func (t csvTable) column(name string) (int, error) {
	i := slices.Index(t.heading, name)
	switch {
	case i < 0 || name == "":
		return 0, fmt.Errorf("the file %s has no column %q.%s", t.path, name, diag.Choices(name, t.heading))
	case slices.Contains(t.heading[i+1:], name):
		return 0, fmt.Errorf("the file %s has two columns %q; give one of them another name", t.path, name)
	}
	return i, nil
}

// byKey maps the cells of column key to those of column value, or to whole rows where that is negative.
func (t csvTable) byKey(key, value int) (cty.Value, error) {
	if value < 0 {
		for _, name := range t.heading {
			if _, err := t.column(name); err != nil && name != "" {
				return cty.NilVal, err
			}
		}
	}
	result, lines := make(map[string]cty.Value, len(t.rows)), make(map[string]int, len(t.rows))
	for _, r := range t.rows {
		k := r.cells[key]
		if k == "" {
			return cty.NilVal, fmt.Errorf("the file %s has no %q on line %d; give the row one, or take the row out", t.path, t.heading[key], r.line)
		}
		if before, ok := lines[k]; ok {
			return cty.NilVal, fmt.Errorf("the file %s has %q twice as %q, on lines %d and %d; keep one of the rows", t.path, k, t.heading[key], before, r.line)
		}
		lines[k] = r.line
		if value >= 0 {
			result[k] = cty.StringVal(r.cells[value])
			continue
		}
		row := make(map[string]cty.Value, len(r.cells))
		for i, cell := range r.cells {
			if t.heading[i] != "" {
				row[t.heading[i]] = cty.StringVal(cell)
			}
		}
		result[k] = cty.MapVal(row)
	}
	switch {
	case len(result) > 0:
		return cty.MapVal(result), nil
	case value >= 0:
		return cty.MapValEmpty(cty.String), nil
	}
	return cty.MapValEmpty(cty.Map(cty.String)), nil
}

// notUTF8 says of content that is not UTF-8 how it is encoded instead, as far as it shows, and what to do.
func notUTF8(path string, content []byte) error {
	if bytes.HasPrefix(content, []byte{0xff, 0xfe}) || bytes.HasPrefix(content, []byte{0xfe, 0xff}) {
		return fmt.Errorf("the file %s is text in UTF-16, not in UTF-8; save it anew as UTF-8 (in Excel: \"CSV UTF-8\")", path)
	}
	for i := 0; i < len(content); {
		r, n := utf8.DecodeRune(content[i:])
		if r == utf8.RuneError && n == 1 {
			return fmt.Errorf("the file %s is not text in UTF-8: line %d holds the byte 0x%X, as older programs write letters with accents; save it anew as UTF-8 (in Excel: \"CSV UTF-8\"), or use `iconv -f WINDOWS-1252 -t UTF-8`",
				path, 1+bytes.Count(content[:i], []byte("\n")), content[i])
		}
		i += n
	}
	return fmt.Errorf("the file %s is not text in UTF-8; save it anew as UTF-8", path)
}

package functions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/tandem-sync/tandem/config/functions"
)

func csvPlace(t *testing.T, files map[string]string) functions.Place {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return functions.Place{Dir: dir}
}

func TestTable(t *testing.T) {
	files := map[string]string{
		"plain.csv":   "code,label\nR,Rouge\nB,\"Bleu, clair\"\n",
		"excel.csv":   "\ufeffCode;Libellé;Prix;\r\nR;Rouge; 1,50 ;\r\n;;;\r\nB;\"Bleu; \"\"clair\"\"\";2;\r\n",
		"tab.csv":     "code\tlabel\nR\tRouge\n",
		"quoted.csv":  "\"a;b;c\",label\nR,Rouge\n",
		"lines.csv":   "code,label\nR,\"Rouge\nvif\"\nB,Bleu\n",
		"heading.csv": "code,label\n",
		"accent.csv":  "code,label\nbeige\u0301,x\n", // a letter and its accent apart
	}
	for _, text := range []string{
		`table("plain.csv", "code", "label").R == "Rouge"`,
		`table("plain.csv", "code", "label").B == "Bleu, clair"`,
		`lookup(table("plain.csv", "code", "label"), "X", "?") == "?"`,
		`table("excel.csv", "Code", "Libellé").R == "Rouge"`,
		`table("excel.csv", "Code", "Libellé").B == "Bleu; \"clair\""`,
		`length(table("excel.csv", "Code", "Libellé")) == 2`,
		`table("excel.csv", "Code", "Prix").R == "1,50"`,
		`table("excel.csv", "Code").B["Prix"] == "2"`,
		`length(table("excel.csv", "Code").B) == 3`,
		`table("tab.csv", "code", "label").R == "Rouge"`,
		`table("quoted.csv", "a;b;c", "label").R == "Rouge"`,
		`table("lines.csv", "code", "label").R == "Rouge\nvif"`,
		`length(table("heading.csv", "code", "label")) == 0`,
		`length(table("heading.csv", "code")) == 0`,
		`table("accent.csv", "code", "label")["beigé"] == "x"`,
		`startswith(file("excel.csv"), "Code;")`, // no byte order mark
	} {
		if v, err := call(t, csvPlace(t, files), text); err != nil || v.False() {
			t.Errorf("%s: %#v, %v", text, v, err)
		}
	}
}

func TestTableFailures(t *testing.T) {
	files := map[string]string{
		"colours.csv": "code;label\nR;Rouge\nB;Bleu\n",
		"double.csv":  "code;label\nR;Rouge\n\nB;Bleu\nR;Red\n",
		"headings":    "code;label;label\nR;Rouge;Red\n",
		"nokey.csv":   "code;label\n;Rouge\n",
		"short.csv":   "code;label\nR\n",
		"long.csv":    "code,label\nR,Rouge, vif\n",
		"quote.csv":   "code;label\nR;12\" rouge\n",
		"open.csv":    "code;label\nR;\"Rouge\nB;Bleu\n",
		"empty.csv":   "",
		"latin.csv":   "code;label\nR;Rouge\nG;Gr\xe8ge\n",
		"utf16.csv":   "\xff\xfec\x00o\x00",
		"large.csv":   "code;label\n" + strings.Repeat("x", 8<<20),
	}
	place := csvPlace(t, files)
	for text, want := range map[string]string{
		`table("colour.csv", "code", "label")`:            `there is no file colour.csv in ` + place.Dir + `; write the path as seen from the configuration's directory. Did you mean "colours.csv"?`,
		`table("colours.csv", "cod", "label")`:            `colours.csv has no column "cod". Did you mean "code"?`,
		`table("colours.csv", "code", "price")`:           `colours.csv has no column "price". The choices are "code" and "label".`,
		`table("colours.csv", "", "label")`:               `has no column ""`,
		`table("colours.csv", "code", "label", "x")`:      `the column of the values is the last`,
		`table("colours.csv", "code", null)`:              `must not be null`,
		`table("double.csv", "code", "label")`:            `double.csv has "R" twice as "code", on lines 2 and 5; keep one of the rows`,
		`table("headings", "code", "label")`:              `headings has two columns "label"`,
		`table("headings", "code")`:                       `headings has two columns "label"`,
		`table("nokey.csv", "code", "label")`:             `nokey.csv has no "code" on line 2`,
		`table("short.csv", "code", "label")`:             `short.csv has 2 columns in its heading and 1 on line 2; write a value that holds ';' in quotes, or complete the line`,
		`table("long.csv", "code", "label")`:              `long.csv has 2 columns in its heading and 3 on line 2; write a value that holds ',' in quotes`,
		`table("quote.csv", "code", "label")`:             `a quote where none may be, on line 2, column 5`,
		`table("open.csv", "code", "label")`:              `begins with a quote on line 2 and does not end`,
		`table("empty.csv", "code", "label")`:             `empty.csv is empty; its first line must name the columns`,
		`table("latin.csv", "code", "label")`:             `latin.csv is not text in UTF-8: line 3 holds the byte 0xE8, as older programs write letters with accents; save it anew as UTF-8 (in Excel: "CSV UTF-8")`,
		`table("utf16.csv", "code", "label")`:             `utf16.csv is text in UTF-16`,
		`table("large.csv", "code", "label")`:             `large.csv is not a file of at most 8 MB`,
		`table(".", "code", "label")`:                     `is not a file of at most 8 MB`,
		`file("nothing.txt")`:                             `there is no file nothing.txt`,
		`lookup(table("colours.csv", "code"), "X").label`: `the map has no key "X"`,
	} {
		if v, err := call(t, place, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %#v, %v; want an error with %q", text, v, err, want)
		}
	}
}

// Reads is told what is read, and what would be if it were there.
func TestReads(t *testing.T) {
	place := csvPlace(t, map[string]string{"a.csv": "a,b\n1,2\n"})
	var read []string
	place.Reads = func(path string) { read = append(read, path) }
	for _, text := range []string{`table("a.csv", "a", "b")`, `try(file("sub/none.txt"), "")`} {
		if _, err := call(t, place, text); err != nil {
			t.Fatal(err)
		}
	}
	want := fmt.Sprint([]string{filepath.Join(place.Dir, "a.csv"), filepath.Join(place.Dir, "sub/none.txt")})
	if fmt.Sprint(slices.Compact(read)) != want { // the second one twice: for its type and for its value
		t.Errorf("read %q, want %s", read, want)
	}
}

// BenchmarkLookup: a large table costs a record no more than a small one.
func BenchmarkLookup(b *testing.B) {
	for _, rows := range []int{10, 100_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			m := map[string]cty.Value{}
			for i := range rows {
				m[fmt.Sprint(i)] = cty.StringVal("x")
			}
			f, table := functions.Map(functions.PerRecord())["lookup"], cty.MapVal(m)
			for b.Loop() {
				if _, err := f.Call([]cty.Value{functions.Unseen(table), cty.StringVal("5"), cty.StringVal("")}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

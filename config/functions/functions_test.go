package functions_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/tandem-sync/tandem/config/expression"
	"github.com/tandem-sync/tandem/config/functions"
)

// call evaluates an expression with all functions of the table.
func call(t *testing.T, place functions.Place, text string) (cty.Value, error) {
	t.Helper()
	expr, problems := hclsyntax.ParseExpression([]byte(text), "test.hcl", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	expression.Prepare(expr)
	v, problems := expr.Value(&hcl.EvalContext{Functions: functions.Map(functions.PerRecord(), functions.Outside(place))})
	if problems.HasErrors() {
		return v, problems
	}
	return v, nil
}

// TestResults calls functions; the cases are expressions that must be true. More are the examples of the documentation.
func TestResults(t *testing.T) {
	cases := map[string][]string{
		"round": {
			`round(1.005, 2) == 1.01`, `round(-1.005, 2) == -1.01`, `round(2.5) == 3`, `round(-2.5) == -3`, `round(1234.5, -2) == 1200`,
			`round(-0.125, 2, "half_even") == -0.12`, `round(-1.231, 2, "up") == -1.24`, `round(-1.239, 2, "down") == -1.23`, `round(1250, -2, "half_even") == 1200`,
			`round(1231, -1, "up") == 1240`, `round(1239, -1, "down") == 1230`, `round(0.3, 2, "up") == 0.3`, `round(19.99 / 1.2 * 1.2, 2, "up") == 19.99`,
			`round("1.005", "2") == 1.01`,
			`round(19.99 / 1.2, 2) == 16.66`, `round(1.206 / 1.2, 2) == 1.01`, `round(0.1 + 0.2, 20) == 0.3`,
		},
		"tax_included": {`tax_included(16.66, 20) == 19.99`, `tax_included(100, 5.5) == 105.5`, `tax_included(0.333, 20, 4) == 0.3996`, `tax_included(10, 0) == 10`},
		"tax_excluded": {`tax_excluded(19.99, 20) == 16.66`, `tax_excluded(19.99, 20, 4) == 16.6583`, `tax_excluded(105.5, 5.5) == 100`, `tax_excluded(0.025, -50) == 0.05`},
		"price_ending": {
			`price_ending(18.99, 0.99) == 18.99`, `price_ending(19, 0.99) == 19.99`, `price_ending(0, 0.99) == 0`, `price_ending(0.5, 0.99, "down") == 0.99`,
			`price_ending(18.98, 0.99, "down") == 17.99`, `price_ending(18.99, 0.99, "down") == 18.99`, `price_ending(18.49, 0.99, "nearest") == 18.99`,
			`price_ending(18.48, 0.99, "nearest") == 17.99`, `price_ending(151, 90) == 190`, `price_ending(3, 9.99) == 9.99`, `price_ending(17.2, 0) == 18`,
			`price_ending(100, 4.9) == 104.9`, `price_ending(10 / 3, 0.99) == 3.99`,
		},
		"sum": {`sum([]) == 0`, `sum([0.1, 0.2, 0.3]) == 0.6`, `sum(["1.5", 2]) == 3.5`},
		"convert_unit": {
			`convert_unit(1, "KG", " g ") == 1000`, `convert_unit(1, "m³", "l") == 1000`, `convert_unit(1, "cm³", "ml") == 1`, `convert_unit(12, "in", "ft") == 1`,
			`convert_unit(16, "oz", "lb") == 1`, `convert_unit(1, "gal", "fl oz") == 128`, `convert_unit(0.1, "t", "kg") == 100`, `convert_unit(144, "in2", "ft2") == 1`,
			`convert_unit(3, "ft", "yd") == 1`, `convert_unit(4, "qt", "gal") == 1`, `convert_unit(1728, "in3", "ft3") == 1`, `convert_unit(-1.5, "dm", "mm") == -150`,
			`round(convert_unit(1, "kg", "lb"), 8) == 2.20462262`,
		},
		"gtin": {
			`gtin("96385074") == "96385074"`, `gtin("00036000291452") == "00036000291452"`, `gtin("00036000291452", 12) == "036000291452"`, `gtin("0000096385074", 8) == "96385074"`,
			`gtin(4006381333931) == "4006381333931"`, `can(gtin("4006381333931"))`, `!can(gtin(null))`, `gtin("10614141000415") == "10614141000415"`,
		},
		"check_digit":   {`check_digit("9638507") == "4"`, `check_digit("03600029145") == "2"`, `check_digit("400638133393") == "1"`, `check_digit("1061414100041") == "5"`},
		"sha256":        {`sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`},
		"capitalize":    {`capitalize("") == ""`, `capitalize("été") == "Été"`, `capitalize("42 cm") == "42 cm"`},
		"strip_accents": {`strip_accents("Ærø ŁÓDŹ Straße œuf") == "Aero LODZ Strasse oeuf"`, `strip_accents("Ёлка Άλφα") == "Елка Αλφα"`, `strip_accents("हिन्दी") == "हिन्दी"`},
		"urlencode":     {`urlencode("a&b=c+d é/?") == "a%26b%3Dc%2Bd%20%C3%A9%2F%3F"`, `urlencode("A-1_b.c~d") == "A-1_b.c~d"`},
		"truncate": {
			`truncate("chair", 5) == "chair"`, `truncate("chairs", 5) == "chai…"`, `truncate("a chairs", 5) == "a…"`, `truncate("red, blue", 5) == "red…"`, `truncate("red blue", 4) == "red…"`,
			`truncate("été été été", 8, "...") == "été..."`, `strlen(truncate("e\u0301e\u0301e\u0301e\u0301", 3)) == 3`, `truncate("", 5) == ""`, `truncate("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 2) == "👨‍👩‍👧…"`,
			`truncate("one two", 3, "") == "one"`,
		},
		"normalize_space": {`normalize_space("a\u00a0 b\u200b\u202fc\ufeff") == "a b c"`, `normalize_space(" ") == ""`},
		"strcontains":     {`strcontains("shirt", "hir")`, `!strcontains("shirt", "Hir")`},
		"anytrue":         {`anytrue([false, true])`, `!anytrue([])`, `!anytrue([false])`},
		"alltrue":         {`alltrue([true, true])`, `alltrue([])`, `!alltrue([true, false])`},
		"html_to_text":    {`html_to_text("<p>Été &amp; <b>hiver</b></p><p>2<br>3</p>") == "Été & hiver\n\n2\n3"`},
		"text_to_html":    {`text_to_html("a < b\nc\n\nd") == "<p>a &lt; b<br>c</p><p>d</p>"`},
		"slug": {
			`slug("Été à Nice") == "ete-a-nice"`, `slug("  Größe: 42 ½  ") == "grosse-42-1-2"`, `slug("L'œuvre d’Ærø") == "loeuvre-daero"`,
			`slug("Привет мир") == "привет-мир"`, `slug("---") == ""`,
		},
		"ean13":      {`ean13("4006381333931") == "4006381333931"`, `ean13(" 400-6381-333931 ") == "4006381333931"`, `ean13("036000291452") == "0036000291452"`, `ean13("96385074") == "0000096385074"`},
		"lookup":     {`lookup({ red = "R" }, "red") == "R"`, `lookup({ red = "R" }, "blue", "?") == "?"`, `lookup({ a = 1 }, "b", null) == null`, `lookup({ a = 1, b = "x" }, "b") == "x"`},
		"chomp":      {`chomp("a\n\n") == "a"`},
		"endswith":   {`endswith("shirt", "rt")`, `!endswith("shirt", "sh")`},
		"startswith": {`startswith("shirt", "sh")`, `!startswith("shirt", "rt")`},
		"format": {
			`format("%05d-%s", 42, "x") == "00042-x"`, `format("%.2f", 1.5) == "1.50"`,
			`format("%.2f %.2f %.2f", 1.005, -1.045, 2.675) == "1.01 -1.05 2.68"`, `format("%.1f|%.0[1]f", 0.45) == "0.5|0"`, `format("%.2f %[1]s", 1.005) == "1.00 1.005"`,
			`format("%d%% %.2f", 5, 0.125) == "5% 0.13"`, `format("%08.2f", 1.005) == "00001.01"`, `format("%.2f", "1.005") == "1.01"`, `format("%.3f", 1.005) == "1.005"`, `format("%s", 1.005) == "1.005"`,
		},
		"indent":       {`indent(2, "a\nb") == "a\n  b"`},
		"join":         {`join(", ", ["a", "b"]) == "a, b"`},
		"lower":        {`lower("ÉTÉ") == "été"`},
		"upper":        {`upper("été") == "ÉTÉ"`},
		"title":        {`title("red shirt") == "Red Shirt"`, `title("l'été don't o’neill aujourd'hui") == "L'Été Don't O’Neill Aujourd'hui"`, `title("half-bleu 3d (x) x4") == "Half-Bleu 3d (X) X4"`},
		"regex":        {`regex("[0-9]+", "abc 123") == "123"`},
		"regexall":     {`length(regexall("[a-z]", "a1b2")) == 2`},
		"regexreplace": {`regexreplace("a1b2", "([0-9])", "<$1>") == "a<1>b<2>"`},
		"replace":      {`replace("a.b.c", ".", "-") == "a-b-c"`},
		"split":        {`split(",", "a,b")[1] == "b"`},
		"strlen":       {`strlen("été") == 3`},
		"strrev":       {`strrev("abc") == "cba"`},
		"substr":       {`substr("abcdef", 1, 3) == "bcd"`, `substr("abc", 1, -1) == "bc"`},
		"trim":         {`trim("--a--", "-") == "a"`},
		"trimprefix":   {`trimprefix("SKU-1", "SKU-") == "1"`},
		"trimspace":    {`trimspace("  a \n") == "a"`},
		"trimsuffix":   {`trimsuffix("1-X", "-X") == "1"`},
		"abs":          {`abs(-1.5) == 1.5`},
		"ceil":         {`ceil(1.2) == 2`},
		"floor":        {`floor(1.8) == 1`},
		"max":          {`max(1, 3, 2) == 3`},
		"min":          {`min(1, 3, 2) == 1`},
		"parseint":     {`parseint("ff", 16) == 255`},
		"signum":       {`signum(-4) == -1`},
		"compact":      {`length(compact(["a", "", "b"])) == 2`},
		"concat":       {`length(concat(["a"], ["b"])) == 2`},
		"contains":     {`contains(["a", "b"], "b")`},
		"distinct":     {`length(distinct(["a", "a"])) == 1`},
		"element":      {`element(["a", "b"], 3) == "b"`},
		"flatten":      {`length(flatten([["a"], ["b", "c"]])) == 3`},
		"keys":         {`keys({ b = 1, a = 2 })[0] == "a"`},
		"length":       {`length("été") == 3`, `length(["a"]) == 1`, `length({ a = 1, b = 2 }) == 2`},
		"merge":        {`merge({ a = 1 }, { a = 2 }).a == 2`},
		"reverse":      {`reverse(["a", "b"])[0] == "b"`},
		"slice":        {`slice(["a", "b", "c"], 1, 2)[0] == "b"`},
		"sort":         {`sort(["b", "a"])[0] == "a"`},
		"values":       {`values({ b = 1, a = 2 })[0] == 2`},
		"zipmap":       {`zipmap(["a"], [1]).a == 1`},
		"csvdecode":    {`csvdecode("a,b\n1,2\n")[0].b == "2"`},
		"jsondecode":   {`jsondecode("{\"a\": 1.10}").a == 1.1`},
		"jsonencode":   {`jsonencode({ a = [1] }) == "{\"a\":[1]}"`},
		"tobool":       {`tobool("true")`, `tobool(null) == null`},
		"tonumber":     {`tonumber("19.990") == 19.99`},
		"tostring":     {`tostring(19.90) == "19.9"`, `tostring(true) == "true"`},
		"can":          {`!can(ean13("1"))`, `can(ean13("96385074"))`},
		"coalesce":     {`coalesce(null, "a", "b") == "a"`},
		"try":          {`try(ean13("1"), "none") == "none"`},
		"formatdate":   {`formatdate("YYYY-MM-DD", "2026-11-24T15:50:12Z") == "2026-11-24"`, `formatdate("hh:mm ZZZ", "2026-11-24T15:50:12.5+01:00") == "15:50 +0100"`, `formatdate("EEEE", "2026-11-24") == "Tuesday"`},
		"timeadd":      {`timeadd("2026-11-24T15:50:12Z", "-1h") == "2026-11-24T14:50:12Z"`},
		"env":          {`env("SHOP") == "paris"`},
		"file":         {`file("note.txt") == "été\n"`},
		"table":        {`table("colours.csv", "code", "label").R == "Rouge"`, `table("colours.csv", "code").R.label == "Rouge"`},
		"credential":   {`credential("key") == "k3y"`},
	}
	place, known := testPlace(t), functions.Map(functions.PerRecord(), functions.Outside(functions.Place{}))
	for name, texts := range cases {
		if _, ok := known[name]; !ok {
			t.Errorf("there is no %s", name)
		}
		for _, text := range texts {
			v, err := call(t, place, text)
			v, _ = v.Unmark()
			if err != nil || !v.RawEquals(cty.True) {
				t.Errorf("%s is not true but %#v, %v", text, v, err)
			}
		}
	}
}

func testPlace(t *testing.T) functions.Place {
	t.Helper()
	dir, credentials := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(dir, "note.txt"): "été\n", filepath.Join(dir, "binary"): "\xff\xfe",
		filepath.Join(dir, "colours.csv"): "code,label\nR,Rouge\n",
		filepath.Join(credentials, "key"): "k3y\n",
		// What the examples name.
		filepath.Join(dir, "disclaimer.html"): "<p>Sold as seen.</p>\n", filepath.Join(credentials, "odoo_api_key"): "hush",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return functions.Place{Dir: dir, CredentialsDir: credentials, Getenv: func(name string) (string, bool) {
		return "paris", name == "SHOP" || name == "ODOO_API_KEY"
	}}
}

func TestFailures(t *testing.T) {
	cases := map[string]string{
		`ean13("4006381333932")`:            `its check digit is 2, and it should be 1`,
		`ean13("40063")`:                    `it has 5 digits, not 13`,
		`ean13("40063813339ab")`:            `it holds 'a' beside digits`,
		`round(1, 0.5)`:                     `digits must be a whole number`,
		`round(1, 2, "up", 3)`:              `mode is the last`,
		`round(1, 2, "half_upp")`:           `Did you mean "half_up"?`,
		`round(1, 2, [])`:                   `mode must be one of "half_up", "half_even", "up", "down"`,
		`tax_included(1, 2, 3, 4)`:          `digits is the last`,
		`price_ending(-1, 0.99)`:            `a price below 0 has no ending`,
		`price_ending(1, -1)`:               `write 0.99 for prices as 18.99`,
		`price_ending(1, 0.99, "upp")`:      `Did you mean "up"?`,
		`sum([1, null])`:                    `element 1 is null; leave those out`,
		`sum(["a"])`:                        `a number is required`,
		`anytrue([null])`:                   `element 0 is null, neither true nor false; write anytrue([for`,
		`alltrue([true, null])`:             `element 1 is null`,
		`convert_unit(1, "kgs", "g")`:       `Did you mean "kg"?`,
		`convert_unit(1, "furlong", "m")`:   `there is no unit "furlong". Known are kg, g,`,
		`convert_unit(1, "g", "cm")`:        `"cm" is a unit of length, and "g" one of weight; write one of kg, g, mg`,
		`gtin("36000291452")`:               `it has 11 digits, not 13 (nor 8, 12 or 14). If zeros at its start were lost, as in spreadsheets, write format("%012d", tonumber(…)) around it: 036000291452`,
		`gtin("4006381333931", 12)`:         `cannot be written with 12 digits: the first of its 13 are not zero`,
		`gtin("4006381333931", 10)`:         `length must be 8, 12, 13 or 14`,
		`gtin("4006381333931", "x")`:        `length must be 8, 12, 13 or 14`,
		`check_digit("123")`:                `has 3 digits; before the check digit there are 7, 11, 12 or 13`,
		`check_digit("12345x7")`:            `it holds 'x' beside digits`,
		`truncate("abc", 0)`:                `length must be a whole number of 2 at least, since the ellipsis takes 1`,
		`truncate("abc", 2.5, "")`:          `length must be a whole number of 1 at least`,
		`truncate("abc", 5, [])`:            `the ellipsis must be text`,
		`contains("abc", "b")`:              `strcontains(TEXT, PART) looks into a text`,
		`regex("x", "abc")`:                 `write try(regex(PATTERN, TEXT), null)`,
		`tonumber("19,99")`:                 `write tonumber(replace(TEXT, ",", "."))`,
		`tobool("yes")`:                     `compare it instead`,
		`timeadd("2026-11-24", "1d")`:       `"1d" is not a duration; write hours`,
		`timeadd("today", "1h")`:            `"today" is no time; write 2026-11-24`,
		`coalesce(1, ["a"])`:                `end with a value of the same type`,
		`max([]...)`:                        `must pass at least one number; put one beside a list that may be empty`,
		`replace("a", ["b"], "c")`:          `Invalid value for "old" parameter`,
		`format("%d", 1.5)`:                 `an integer is required`,
		`round(null)`:                       `must not be null`,
		`tax_excluded(1, -100)`:             `leaves nothing`,
		`lookup({ a = 1 }, "b")`:            `the map has no key "b"`,
		`lookup("a", "b")`:                  `a map is required`,
		`lookup({}, "b", 1, 2)`:             `default is the last`,
		`tonumber("x")`:                     `"x" is not a number; take the other characters out`,
		`tostring([])`:                      `cannot become a string`,
		`length(5)`:                         `a list, a map or a text is required`,
		`env("NO_SUCH")`:                    `the environment variable NO_SUCH is not set`,
		`file("absent.txt")`:                `there is no file absent.txt`,
		`file("binary")`:                    `binary is text in UTF-16`,
		`file(".")`:                         `. is not a file of at most 1 MB`,
		`credential("kay")`:                 `Did you mean "key"?`,
		`credential("../key")`:              `must be a file name without a path`,
		`credential("")`:                    `is not the name of a credential`,
		`regexreplace("a", "(", "b")`:       `missing closing )`,
		`formatdate("YYYY", "24.11.2026")`:  `"24.11.2026" is no time`,
		`coalesce(null, null)`:              `no non-null arguments`,
		`html_to_text(["a"])`:               `string required`,
		`tax_included("x", 20)`:             `a number is required`,
		`jsondecode("{")`:                   `EOF`,
		`startswith(null, "a")`:             `must not be null`,
		`element([], 0)`:                    `empty list`,
		`substr("abc", 0)`:                  `Not enough function arguments`,
		`parseint("zz", 10)`:                `cannot parse`,
		`tax_included(19.99, 20, "digits")`: `digits must be a whole number`,
	}
	place := testPlace(t)
	for text, want := range cases {
		v, err := call(t, place, text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %#v, %v; want an error with %q", text, v, err, want)
		}
	}
}

func TestSecretsAreMarked(t *testing.T) {
	var told []string
	place := testPlace(t)
	place.Secret = func(s string) { told = append(told, s) }
	for text, want := range map[string]bool{
		`env("SHOP")`: true, `credential("key")`: true, `"x-${upper(env("SHOP"))}"`: true, `length(credential("key"))`: true, `file("note.txt")`: false,
	} {
		v, err := call(t, place, text)
		if err != nil || v.HasMark(functions.Sensitive) != want {
			t.Errorf("%s: %v, marked: %t", text, err, v.HasMark(functions.Sensitive))
		}
	}
	if len(told) != 4 {
		t.Errorf("told of %q", told)
	}
	if _, err := call(t, functions.Place{}, `credential("key")`); err == nil || !strings.Contains(err.Error(), "$CREDENTIALS_DIRECTORY is not set") {
		t.Error(err)
	}
}

func TestHTMLToText(t *testing.T) {
	for html, want := range map[string]string{
		"":                                "",
		"plain text":                      "plain text",
		"a  b\n c":                        "a b c",
		"a<br/>b<br>c":                    "a\nb\nc",
		"a<br><br>b":                      "a\n\nb",
		"<p>a</p>\n<p>b</p>":              "a\n\nb",
		"<h1>T</h1><div>a</div>b":         "T\n\na\nb",
		"<ul><li>a</li><li> b</li></ul>c": "- a\n- b\n\nc",
		"<p>x <b>y</b>z</p>":              "x yz",
		"<script>alert(1)</script>a":      "a",
		"<style>p { }</style><p>a</p>":    "a",
		"&eacute;&nbsp;&lt;b&gt;":         "é <b>",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>": "a b\nc",
		"a < b":              "a < b",
		"<p>unclosed <i>tag": "unclosed tag",
		"<!-- note -->a":     "a",
	} {
		v, err := functions.Map(functions.PerRecord())["html_to_text"].Call([]cty.Value{cty.StringVal(html)})
		if err != nil || v.AsString() != want {
			t.Errorf("%q became %#v, %v; want %q", html, v, err, want)
		}
	}
}

// TestTextSurvivesHTML: plain text whose white space HTML can express comes back as it was.
func TestTextSurvivesHTML(t *testing.T) {
	all := functions.Map(functions.PerRecord())
	word := rapid.StringMatching(`[a-zà-ÿ0-9<>&"'.;/]{1,8}`)
	line := rapid.Map(rapid.SliceOfN(word, 1, 4), func(w []string) string { return strings.Join(w, " ") })
	paragraph := rapid.Map(rapid.SliceOfN(line, 1, 3), func(l []string) string { return strings.Join(l, "\n") })
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(paragraph, 0, 4).Draw(t, "paragraphs"), "\n\n")
		html, err := all["text_to_html"].Call([]cty.Value{cty.StringVal(text)})
		if err != nil {
			t.Fatal(err)
		}
		back, err := all["html_to_text"].Call([]cty.Value{html})
		if err != nil || back.AsString() != cty.NormalizeString(text) {
			t.Fatalf("%q became %q and %q, %v", text, html.AsString(), back.AsString(), err)
		}
	})
}

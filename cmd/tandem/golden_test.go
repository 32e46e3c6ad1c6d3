package main

import (
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var update = flag.Bool("update", false, "write what scripts got into their goldens")

// masked is text without the times, durations and ids that differ from run to run.
func masked(text string) string {
	for _, m := range []struct{ pattern, by string }{
		{`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( \([^)]*\))?`, "TIME"},
		{`\d{8}T\d{6}Z-\d{4}`, "CYCLE"},
		{` in [\d.]+(ms|s)\b`, " in DURATION"},
		{`(?m)^[0-9a-f]{8}\b`, "ID"},
		{`127\.0\.0\.1:\d+`, "HOST"},
		{`tandem-check-\S+\.png`, "PROBE.png"},
		{`\((erp [^ ,)]+, )?pm [^)]+\)`, "(KEYS)"},
	} {
		text = regexp.MustCompile(m.pattern).ReplaceAllString(text, m.by)
	}
	return text
}

// held tells what both systems hold: of each product the fields that the scenarios edit.
func (w *systems) held() (string, error) {
	var b strings.Builder
	skus := map[string]bool{}
	for _, p := range w.pm.Products() {
		skus[p.Text("sku")] = true
	}
	for _, sku := range slices.Sorted(maps.Keys(skus)) {
		left, err := w.pmGet(sku)
		if err != nil {
			return "", err
		}
		right, err := w.erpGet(sku)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s pm:  title=%v price=%v description=%v is_active=%v\n", sku, left["title"], left["price"], left["description"], left["is_active"])
		fmt.Fprintf(&b, "%s erp: name=%v list_price=%v description_sale=%v active=%v\n", sku, right["name"], right["list_price"], right["description_sale"], right["active"])
	}
	return b.String(), nil
}

package odoosim_test

import (
	"testing"

	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/odoosim"
	"github.com/tandem-sync/tandem/pipeline/endpoint/odoo/xmlrpc"
)

// asRecords turns what a method returned into records by field name.
func asRecords(t *testing.T, v any) []odoosim.Values {
	t.Helper()
	list, ok := v.([]xmlrpc.Struct)
	if !ok {
		t.Fatalf("a %T is no list of records", v)
	}
	records := make([]odoosim.Values, len(list))
	for i, r := range list {
		records[i] = asRecord(t, r)
	}
	return records
}

func asRecord(t *testing.T, v any) odoosim.Values {
	t.Helper()
	members, ok := v.(xmlrpc.Struct)
	if !ok {
		t.Fatalf("a %T is no record", v)
	}
	record := odoosim.Values{}
	for _, m := range members {
		record[m.Name] = m.Value
	}
	return record
}

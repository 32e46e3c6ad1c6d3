package productsmanager_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager"
	"github.com/tandem-sync/tandem/pipeline/endpoint/productsmanager/pmsim"
)

// check returns the tests as "grade name", and all of them by name.
func check(t *testing.T, end pipeline.Endpoint, needs pipeline.Needs) (names []string, by map[string]pipeline.Check) {
	t.Helper()
	checker, ok := end.(pipeline.Checker)
	if !ok {
		t.Fatal("the endpoint is no Checker")
	}
	by = map[string]pipeline.Check{}
	for _, c := range checker.Check(t.Context(), needs).Checks {
		names = append(names, string(c.Grade)+" "+c.Name)
		by[c.Name] = c
	}
	return names, by
}

func TestCheckOfAShopInOrder(t *testing.T) {
	for _, api := range []string{"app", "public", "windev"} {
		t.Run(api, func(t *testing.T) {
			s := newShop(t, pmsim.Config{Public: api == "public"})
			s.fill(t, 3)
			names, by := check(t, s.open(t, surface(api)), pipeline.Needs{Reads: []string{"title"}, Writes: []string{"title"}, Creates: true})
			grade := "ok"
			if api == "public" {
				grade = "warning" // it does not tell what changed
			}
			own := "ok"
			if api == "windev" {
				own = "untested" // these pages take another header
			}
			want := []string{
				"ok connection", "ok version", "ok login", grade + " API", "ok right to read", "untested right to write",
				"ok products", own + " own Odoo synchronization",
			}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Errorf("(-want +got)\n%s\n%+v", diff, by)
			}
			if by["products"].Detail != "3" {
				t.Errorf("%s products", by["products"].Detail)
			}
			if scoped := strings.Contains(by["right to write"].Detail, "windev:sync"); scoped != (api == "windev") {
				t.Errorf("rights: %+v", by["right to write"])
			}
		})
	}
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	keys := []pmsim.APIKey{{Key: "blind", Scopes: []string{"windev:write"}}, {Key: pmsim.DefaultAPIKey}}
	for name, tt := range map[string]struct {
		api                  string
		key                  string
		fault                *pmsim.Fault
		test, detail, remedy string
		grade                pipeline.Grade
	}{
		"a wrong key":          {"app", "wrong", nil, "login", "refuses the credentials", "new key", pipeline.GradeFailed},
		"a key without scope":  {"windev", "blind", nil, "right to read", "windev:read", "right to list", pipeline.GradeFailed},
		"the module off":       {"app", "", &pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusForbidden, Path: "/products", Times: pmsim.Always}, "right to read", "", "", pipeline.GradeFailed},
		"another address":      {"app", "", &pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusNotFound, Path: "/products", Times: pmsim.Always}, "API", "no product API", "/api/v1", pipeline.GradeFailed},
		"a broken server":      {"app", "", &pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusBadGateway, Path: "/products", Times: pmsim.Always}, "answer", "502", "", pipeline.GradeFailed},
		"a status not shown":   {"app", "", &pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusForbidden, Path: "/odoo/status", Times: pmsim.Always}, "own Odoo synchronization", "cannot be seen", "", pipeline.GradeUntested},
		"schedules, no status": {"app", "", &pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusNotFound, Path: "/odoo/status", Times: pmsim.Always}, "own Odoo synchronization", "off", "", pipeline.GradePassed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, pmsim.Config{APIKeys: keys})
			if tt.fault != nil {
				s.Inject(*tt.fault)
			}
			end := s.open(t, func(set *productsmanager.Settings) {
				set.API = tt.api
				if tt.key != "" {
					set.APIKey = pipeline.NewSecret(tt.key)
				}
			})
			names, by := check(t, end, pipeline.Needs{Reads: []string{"title"}})
			got := by[tt.test]
			if got.Grade != tt.grade || !strings.Contains(got.Detail, tt.detail) || !strings.Contains(got.Remedy, tt.remedy) {
				t.Errorf("got %+v of %q", got, names)
			}
		})
	}
}

// Two engines on one catalogue undo each other's work.
func TestCheckWarnsOfPMsOwnSynchronization(t *testing.T) {
	s := newShop(t, pmsim.Config{OdooSync: true})
	_, by := check(t, s.open(t, nil), pipeline.Needs{})
	got := by["own Odoo synchronization"]
	if got.Grade != pipeline.GradeWarning || got.Detail != "it is on and it has a schedule" || !strings.Contains(got.Remedy, "Switch it off") {
		t.Errorf("got %+v", got)
	}
	s.Inject(pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusForbidden, Path: "/odoo/status", Times: pmsim.Always})
	if _, by = check(t, s.open(t, nil), pipeline.Needs{}); by["own Odoo synchronization"].Detail != "it has a schedule" {
		t.Errorf("by the schedules alone: %+v", by["own Odoo synchronization"])
	}
}

func TestCheckWhenNobodyAnswers(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	end := s.open(t, func(set *productsmanager.Settings) { set.URL = "http://127.0.0.1:1/api/v1" })
	names, _ := check(t, end, pipeline.Needs{})
	want := []string{"failed connection", "untested rights", "untested products", "untested own Odoo synchronization"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(names, "ok login") {
		t.Error("a login nobody asked for")
	}
}

// A key of another API is recognised, and the remedy says of which.
func TestCheckFindsTheAPIOfAKey(t *testing.T) {
	s := newShop(t, pmsim.Config{})
	s.Inject(pmsim.Fault{Kind: pmsim.FaultStatus, Status: http.StatusUnauthorized, Path: "/products", Times: pmsim.Always})
	_, by := check(t, s.open(t, nil), pipeline.Needs{})
	if got := by["login"]; got.Grade != pipeline.GradeFailed || !strings.Contains(got.Remedy, `api = "windev"`) {
		t.Errorf("got %+v", got)
	}
}

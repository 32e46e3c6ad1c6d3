package examples_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const monitoring = "monitoring"

// promtool runs Prometheus's own tool in examples/monitoring. The test is skipped where there is none, unless
// TANDEM_TEST_PROMTOOL is set.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("TANDEM_TEST_PROMTOOL") != "" {
			t.Fatal("TANDEM_TEST_PROMTOOL is set, and there is no promtool: ", err)
		}
		t.Skip("there is no promtool; Debian's package prometheus has it")
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = monitoring
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMonitoringFiles(t *testing.T) {
	promtool(t, "check", "rules", "tandem.rules.yml")
	promtool(t, "test", "rules", "tandem.rules.test.yml")
	promtool(t, "check", "config", "--syntax-only", "prometheus.yml")
}

// known are the names that samples of the metrics of docs/metrics.md have.
func known(t *testing.T) map[string]bool {
	names := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(tandem_\\w+)`").FindAllStringSubmatch(read(t, "..", "docs", "metrics.md"), -1) {
		names[m[1]] = true
		if strings.HasSuffix(m[1], "_duration_seconds") {
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				names[m[1]+suffix] = true
			}
		}
	}
	if len(names) == 0 {
		t.Fatal("docs/metrics.md names no metric")
	}
	return names
}

var metricName = regexp.MustCompile(`\btandem_\w+`)

// Rules and dashboard ask for nothing that Tandem does not tell.
func TestMonitoringUsesMetricsThatExist(t *testing.T) {
	names := known(t)
	recorded := regexp.MustCompile(`\w+:tandem_\w+(:\w+)?`)
	for _, file := range []string{"tandem.rules.yml", "tandem.rules.test.yml", "grafana-dashboard.json"} {
		for _, name := range metricName.FindAllString(recorded.ReplaceAllString(read(t, monitoring, file), ""), -1) {
			if !names[name] {
				t.Errorf("%s has %s, which docs/metrics.md does not", file, name)
			}
		}
	}
}

// Every alert is tested to ring and not to ring, and says where docs/alerts.md tells what to do about it.
func TestAlertsAreToldAndTested(t *testing.T) {
	rules, tests, page := read(t, monitoring, "tandem.rules.yml"), read(t, monitoring, "tandem.rules.test.yml"), read(t, "..", "docs", "alerts.md")
	sections := map[string]string{}
	for _, part := range strings.Split(page, "\n## ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		sections[name] = text
	}
	alerts := regexp.MustCompile(`(?m)^      - alert: (\w+)$`).FindAllStringSubmatch(rules, -1)
	if len(alerts) == 0 {
		t.Fatal("no alerts")
	}
	for _, m := range alerts {
		name := m[1]
		if !strings.Contains(rules, "blob/main/docs/alerts.md#"+strings.ToLower(name)+"\n") {
			t.Errorf("%s has no runbook_url", name)
		}
		_, commands, found := strings.Cut(sections[name], "```sh\n")
		if commands, _, _ = strings.Cut(commands, "```"); !found || strings.Count(commands, "\n") != 3 {
			t.Errorf("docs/alerts.md does not give three commands to begin with under ## %s", name)
		}
		checks := regexp.MustCompile(`(?m)^        alertname: `+name+`\n        exp_alerts:( \[\])?$`).FindAllStringSubmatch(tests, -1)
		if !slices.ContainsFunc(checks, func(c []string) bool { return c[1] == "" }) {
			t.Errorf("no test has %s ring", name)
		}
		if !slices.ContainsFunc(checks, func(c []string) bool { return c[1] != "" }) {
			t.Errorf("no test has %s not ring", name)
		}
		delete(sections, name)
	}
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		if strings.HasPrefix(name, "Tandem") {
			t.Errorf("docs/alerts.md tells of %s, which is no alert", name)
		}
	}
}

type dashboard struct {
	SchemaVersion int `json:"schemaVersion"`
	Templating    struct {
		List []struct {
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []struct {
			Expr string `json:"expr"`
		} `json:"list"`
	} `json:"annotations"`
	Panels []struct {
		ID         int                      `json:"id"`
		Type       string                   `json:"type"`
		Title      string                   `json:"title"`
		Grid       struct{ H, W, X, Y int } `json:"gridPos"`
		Datasource struct{ UID string }     `json:"datasource"`
		Targets    []struct {
			Expr  string `json:"expr"`
			RefID string `json:"refId"`
		} `json:"targets"`
	} `json:"panels"`
}

func TestDashboard(t *testing.T) {
	var d dashboard
	if err := json.Unmarshal([]byte(read(t, monitoring, "grafana-dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	if d.SchemaVersion < 39 {
		t.Errorf("schemaVersion is %d", d.SchemaVersion)
	}
	variables := map[string]string{}
	for _, v := range d.Templating.List {
		variables[v.Name] = v.Type
	}
	if variables["datasource"] != "datasource" || variables["pipeline"] != "query" {
		t.Errorf("the variables are %v", variables)
	}
	var exprs []string
	for _, a := range d.Annotations.List {
		exprs = append(exprs, a.Expr)
	}
	ids, taken := map[int]string{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] != "" {
			t.Errorf("%q and %q are both panel %d", p.Title, ids[p.ID], p.ID)
		}
		ids[p.ID] = p.Title
		if p.Grid.W < 1 || p.Grid.H < 1 || p.Grid.X < 0 || p.Grid.X+p.Grid.W > 24 {
			t.Errorf("%q is out of the grid: %+v", p.Title, p.Grid)
		}
		for x := p.Grid.X; x < p.Grid.X+p.Grid.W; x++ {
			for y := p.Grid.Y; y < p.Grid.Y+p.Grid.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" {
					t.Fatalf("%q lies on %q", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("%q asks %q %d times", p.Title, p.Datasource.UID, len(p.Targets))
		}
		for _, target := range p.Targets {
			exprs = append(exprs, target.Expr)
		}
	}
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	grafana := strings.NewReplacer("$__rate_interval", "5m", "$__interval", "1m")
	variable := regexp.MustCompile(`\$(\w+)`)
	for i, expr := range exprs {
		for _, m := range variable.FindAllStringSubmatch(grafana.Replace(expr), -1) {
			if variables[m[1]] == "" {
				t.Errorf("%s: there is no variable %s", expr, m[1])
			}
		}
		quoted, err := json.Marshal(grafana.Replace(expr))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&rules, "      - {record: %q, expr: %s}\n", fmt.Sprintf("dashboard:%d", i), quoted)
	}
	file := filepath.Join(t.TempDir(), "dashboard.rules.yml")
	if err := os.WriteFile(file, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", file)
}

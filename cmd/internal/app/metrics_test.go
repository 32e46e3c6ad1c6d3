package app

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/tandem-sync/tandem/cmd/internal/web"
	"github.com/tandem-sync/tandem/pipeline"
	"github.com/tandem-sync/tandem/pipeline/engine"
)

var update = flag.Bool("update", false, "write docs/metrics.md")

// catalogue is a Registerer that notes what is registered, whether or not it has a value yet.
type catalogue struct{ rows []row }

type row struct{ name, labels, help string }

var description = regexp.MustCompile(`^Desc\{fqName: "([^"]*)", help: "(.*?)", (?:unit: "[^"]*", )?constLabels: \{(.*)\}, variableLabels: \{(.*)\}\}$`)

func (c *catalogue) Register(x prometheus.Collector) error {
	descs := make(chan *prometheus.Desc, 1000)
	x.Describe(descs)
	close(descs)
	for d := range descs {
		m := description.FindStringSubmatch(d.String())
		if m == nil {
			return fmt.Errorf("cannot read %s", d)
		}
		labels := strings.Split(m[4], ",")
		if name, _, ok := strings.Cut(m[3], "="); ok {
			labels = append(labels, name)
		}
		labels = slices.DeleteFunc(labels, func(l string) bool { return l == "" })
		if strings.HasPrefix(m[1], "tandem_") {
			c.rows = append(c.rows, row{m[1], strings.Join(labels, ", "), m[2]})
		}
	}
	return nil
}

func (c *catalogue) MustRegister(xs ...prometheus.Collector) {
	for _, x := range xs {
		if err := c.Register(x); err != nil {
			panic(err)
		}
	}
}

func (c *catalogue) Unregister(prometheus.Collector) bool { return false }

// docs/metrics.md lists what is registered, no more and no less.
func TestMetricsPage(t *testing.T) {
	c := &catalogue{}
	newMetrics(c, "1.2.3", func() float64 { return 0 })
	engine.NewMetrics(c)
	c.MustRegister(standing{})
	web.NewMetrics(c)
	slices.SortFunc(c.rows, func(a, b row) int { return cmp.Compare(a.name, b.name) })
	var page strings.Builder
	page.WriteString("# Metrics\n\n" +
		"At `/metrics` of `daemon.listen`, open on a loopback address, under the token elsewhere. Beside these there are\n" +
		"the usual ones of Go and of the process. This page is generated from the code\n" +
		"(`go test ./cmd/internal/app -update`).\n\n" +
		"| metric | labels | |\n|---|---|---|\n")
	for _, r := range c.rows {
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", r.name, r.labels, r.help)
	}
	const path = "../../../docs/metrics.md"
	if *update {
		if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), page.String()); diff != "" {
		t.Errorf("docs/metrics.md differs; go test -update writes it (-page +code):\n%s", diff)
	}
}

func TestRequestsAreMeasured(t *testing.T) {
	reg := prometheus.NewRegistry()
	m := newMetrics(reg, "1.2.3", func() float64 { return 42 })
	observe := m.observer("erp")
	observe("search_read", time.Second, nil)
	observe("search_read", time.Second, nil)
	observe("write", time.Second, &pipeline.Error{Class: pipeline.RateLimited})
	observe("write", time.Second, errors.New("anything"))
	m.loaded("h1", 1, time.Unix(100, 0))
	m.loaded("h2", 2, time.Unix(200, 500e6))
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, f := range families {
		switch f.GetName() {
		case "tandem_config_info", "tandem_config_last_reload_timestamp_seconds", "tandem_source_rate_limited_total",
			"tandem_source_requests_total", "tandem_state_bytes":
			f.Help = nil
			if _, err := expfmt.MetricFamilyToText(&got, f); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := `# TYPE tandem_config_info gauge
tandem_config_info{generation="2",hash="h2"} 1
# TYPE tandem_config_last_reload_timestamp_seconds gauge
tandem_config_last_reload_timestamp_seconds 200.5
# TYPE tandem_source_rate_limited_total counter
tandem_source_rate_limited_total{source="erp"} 1
# TYPE tandem_source_requests_total counter
tandem_source_requests_total{operation="search_read",result="ok",source="erp"} 2
tandem_source_requests_total{operation="write",result="permanent",source="erp"} 1
tandem_source_requests_total{operation="write",result="rate_limited",source="erp"} 1
# TYPE tandem_state_bytes gauge
tandem_state_bytes 42
`
	if diff := gocmp.Diff(want, got.String()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}
